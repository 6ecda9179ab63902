package org.kakuri.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntBiFunction;
import java.util.Hashtable;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.launcher.Launched.Ended;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;

/** The launcher as a process, with a real framework and bundles made here. */
@Timeout(60)
class MainTest {

    @TempDir
    Path temp;
    private Path dist;

    @BeforeEach
    void dist() throws IOException {
        dist = Files.createDirectory(temp.resolve("a dist"));
        Path bundles = Files.createDirectory(dist.resolve("bundles"));
        activator("echo", Echo.class).write(bundles);
        activator("broken", Broken.class).write(bundles);
        Files.write(dist.resolve("index"), List.of("kakuri-index 1", "bundle echo.jar", "bundle broken.jar",
                "command tee:list 0", "command tee:break 1"));
    }

    @Test
    void runsOneCommandWithItsArgumentsAndReturnsItsCode() throws Exception {
        assertEquals(new Ended(7, "tee:list|a b|$HOME|it's|\n", ""),
                run("--dist", dist.toString(), "tee:list", "a b", "$HOME", "it's"));
        assertEquals(List.of("turn"), leftOver());
    }

    @Test
    void startsNothingForAnUnknownCommand() throws Exception {
        assertEquals(
                new Ended(2, "", "kakuri: no command tee:lst; did you mean tee:list? All commands: ./kakuri help\n"),
                run("--dist", dist.toString(), "tee:lst"));
        assertFalse(Files.exists(base()), "a framework was started");
    }

    @Test
    void aBundleThatDoesNotStartIsNamedOnOneLine() throws Exception {
        Ended ended = run("--dist", dist.toString(), "tee:break");

        assertEquals(1, ended.code());
        assertEquals(
                "kakuri: bundle broken does not start: Activator start error in bundle broken [1].; cause: no such device\n"
                        + "kakuri: no bundle serves one-shot commands (java.util.function.ToIntBiFunction with kakuri.oneshot=true)\n",
                ended.err());
        assertEquals(List.of("turn"), leftOver());
    }

    @Test
    void theStackTraceIsPrintedWhenAskedFor() throws Exception {
        String err = run("--stacktrace", "--dist", dist.toString(), "tee:break").err();

        assertTrue(err.contains("\tat org.kakuri.launcher.Main"), err);
    }

    @Test
    void refusesOtherArgumentsAndADistWithoutIndex() throws Exception {
        assertEquals(new Ended(2, "",
                "kakuri: the launcher wants --dist FOLDER [--headless | [--live | --here] SCOPE:FUNCTION ARG...] or --domain"
                        + " CONTROL LIST [ARG...]\n"),
                run("--domain", "3"));
        assertEquals(new Ended(1, "", "kakuri: " + temp.resolve("index") + "\n"),
                run("--dist", temp.toString(), "tee:list"));
    }

    @Test
    void aDomainHostStartsTheListedBundlesWithItsArgumentsAndEndsWithTheFramework() throws Exception {
        Path jar = activator("domain", Domain.class).write(temp);
        Path list = Files.writeString(temp.resolve("list"), jar + "\n\n");

        assertEquals(new Ended(0, "[12, one, two words] [12, one, two words]\n", ""),
                run("--domain", "12", list.toString(), "one", "two words"));
        assertEquals(List.of("turn"), leftOver());
    }

    @Test
    void aDomainHostWhoseBundleIsMissingEnds() throws Exception {
        Path list = Files.writeString(temp.resolve("list"), temp.resolve("gone.jar") + "\n");

        Ended ended = run("--domain", "12", list.toString());

        assertEquals(1, ended.code());
        assertTrue(ended.err().startsWith("kakuri: " + temp.resolve("gone.jar") + " cannot be installed: "),
                ended.err());
    }

    private Ended run(String... arguments) throws Exception {
        return new Launched(temp).run(arguments);
    }

    private Path base() throws IOException {
        return temp.resolve("kakuri-" + Files.getAttribute(temp, "unix:uid"));
    }

    private List<String> leftOver() throws IOException {
        try (var files = Files.list(base())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static Jars activator(String name, Class<?> type) throws IOException {
        return new Jars(name).header("Bundle-Activator", type.getName())
                .header("Import-Package", "org.osgi.framework")
                .type(type);
    }

    /** Serves one-shot commands as the shell bundle does: prints the words and answers 7. */
    public static final class Echo implements BundleActivator, ToIntBiFunction<String[], Map<String, Object>> {
        @Override
        public void start(BundleContext context) {
            context.registerService(ToIntBiFunction.class.getName(), this,
                    new Hashtable<>(Map.of("kakuri.oneshot", true)));
        }

        @Override
        public void stop(BundleContext context) {}

        @Override
        public int applyAsInt(String[] words, Map<String, Object> call) {
            for (String word : words) {
                System.out.print(word + "|");
            }
            System.out.println();
            return 7;
        }
    }

    /** Fails to start. */
    public static final class Broken implements BundleActivator {
        @Override
        public void start(BundleContext context) throws IOException {
            throw new IOException("no such device");
        }

        @Override
        public void stop(BundleContext context) {}
    }

    /** Prints the arguments of the domain host, as property and as service, and stops the framework. */
    public static final class Domain implements BundleActivator {
        @Override
        public void start(BundleContext context) throws Exception {
            ServiceReference<?> found = context.getServiceReferences((String) null, "(kakuri.domain.arguments=*)")[0];
            String[] property = (String[]) found.getProperty("kakuri.domain.arguments");
            String[] service = (String[]) ((Supplier<?>) context.getService(found)).get();
            System.out.println(List.of(property) + " " + List.of(service));
            context.getBundle(0).stop();
        }

        @Override
        public void stop(BundleContext context) throws BundleException {}
    }
}
