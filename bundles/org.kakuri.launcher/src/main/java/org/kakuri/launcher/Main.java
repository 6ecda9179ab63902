package org.kakuri.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kakuri.launcher.CommandIndex.Command;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Starts the framework on a flat class path: the framework's jar and this one.
 *
 * <pre>
 * Main [--stacktrace] --dist FOLDER                        the shell
 * Main [--stacktrace] --dist FOLDER SCOPE:FUNCTION ARG...  one command, with only the bundles it needs
 * Main --domain CONTROL LIST [ARG...]                      a domain host: exactly the jars in the file LIST
 * </pre>
 *
 * Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
public final class Main {

    /** Property of the service (a {@code Supplier} of the same array) that carries the arguments of a domain host. */
    static final String DOMAIN_ARGUMENTS = "kakuri.domain.arguments";

    /** A command makes no bundle: URL from its text, and installing the handlers for that costs time. */
    private static final Map<String, String> ONE_SHOT = Map.of("felix.service.urlhandlers", "false");

    private Main() {}

    /**
     * Runs and exits.
     *
     * @param arguments see the class
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        try {
            List<String> words = List.of(arguments);
            if (!words.isEmpty() && words.getFirst().equals("--stacktrace")) {
                System.setProperty("kakuri.stacktrace", "true");
                words = words.subList(1, words.size());
            }
            if (words.size() >= 3 && words.getFirst().equals("--domain")) {
                return domain(words.get(1), Path.of(words.get(2)), words.subList(3, words.size()));
            }
            if (words.size() >= 2 && words.getFirst().equals("--dist")) {
                Path dist = Path.of(words.get(1));
                CommandIndex index = CommandIndex.read(dist.resolve("index"));
                return words.size() == 2 ? shell(dist, index) : command(dist, index, words.subList(2, words.size()));
            }
            return Errors.report(
                    "the launcher wants --dist FOLDER [SCOPE:FUNCTION ARG...] or --domain CONTROL LIST [ARG...]", null,
                    Errors.USAGE);
        } catch (IOException | BundleException e) {
            return Errors.report(Errors.reason(e), e, Errors.FAILED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Errors.FAILED;
        }
    }

    private static int shell(Path dist, CommandIndex index) throws IOException, BundleException, InterruptedException {
        // JLine looks for its terminals in the context class loader, and without one in its own, where they are.
        Thread.currentThread().setContextClassLoader(null);
        Logger jline = Logger.getLogger("org.jline");
        jline.setLevel(Level.SEVERE);
        try (Container container = Container.create(Map.of("gosh.home", dist.toString()))) {
            container.start(jars(dist, index.bundles())).forEach(line -> Errors.report(line, null, Errors.FAILED));
            container.awaitStop();
        }
        return Errors.DONE;
    }

    private static int command(Path dist, CommandIndex index, List<String> words) throws IOException, BundleException {
        String name = words.getFirst();
        Command command = index.commands().get(name);
        if (command == null) {
            List<String> near = index.nearest(name);
            return Errors.report(
                    "no command " + name + (near.isEmpty() ? "" : "; did you mean " + String.join(", ", near) + "?")
                            + " All commands: ./kakuri help",
                    null, Errors.USAGE);
        }
        try (Container container = Container.create(ONE_SHOT)) {
            List<String> failures = container.start(jars(dist, command.bundles()));
            failures.forEach(line -> Errors.report(line, null, Errors.FAILED));
            return oneShot(container).applyAsInt(words.toArray(String[]::new));
        }
    }

    /** The shell bundle serves it under a type of the JDK, so that no package of Kakuri is shared with the class path. */
    @SuppressWarnings("unchecked")
    private static ToIntFunction<String[]> oneShot(Container container) throws BundleException {
        try {
            ServiceReference<?>[] found = container.context()
                    .getServiceReferences(ToIntFunction.class.getName(),
                            "(" + IndexWriter.ONE_SHOT + "=true)");
            if (found == null) {
                throw new BundleException(
                        "no bundle serves one-shot commands (" + ToIntFunction.class.getName() + " with "
                                + IndexWriter.ONE_SHOT + "=true)");
            }
            return (ToIntFunction<String[]>) container.context().getService(found[0]);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int domain(String control, Path list, List<String> rest)
            throws IOException, BundleException, InterruptedException {
        String[] arguments = new String[1 + rest.size()];
        arguments[0] = control;
        System.arraycopy(rest.toArray(String[]::new), 0, arguments, 1, rest.size());
        List<Path> jars = Files.readAllLines(list)
                .stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(Path::of)
                .toList();
        try (Container container = Container.create(Map.of())) {
            Dictionary<String, Object> properties = new Hashtable<>(Map.of(DOMAIN_ARGUMENTS, arguments));
            Supplier<String[]> service = arguments::clone;
            container.context().registerService(Supplier.class.getName(), service, properties);
            List<String> failures = container.start(jars);
            if (!failures.isEmpty()) {
                failures.forEach(line -> Errors.report(line, null, Errors.FAILED));
                return Errors.FAILED;
            }
            container.awaitStop();
        }
        return Errors.DONE;
    }

    private static List<Path> jars(Path dist, List<String> names) {
        return names.stream().map(name -> dist.resolve("bundles").resolve(name)).toList();
    }
}
