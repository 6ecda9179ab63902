package org.kakuri.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kakuri.launcher.CommandIndex.Command;
import org.osgi.framework.BundleException;

/**
 * Starts the framework on a flat class path: the framework's jar and this one.
 *
 * <pre>
 * Main [--stacktrace] --dist FOLDER                               the shell
 * Main [--stacktrace] --dist FOLDER --headless                    the workbench without a terminal
 * Main [--stacktrace] --dist FOLDER SCOPE:FUNCTION ARG...         one command, with only the bundles it needs
 * Main [--stacktrace] --dist FOLDER --live SCOPE:FUNCTION ARG...  one command, executed by the workbench that runs
 * Main [--stacktrace] --dist FOLDER --here SCOPE:FUNCTION ARG...  one command, executed by this process in any case
 * Main --domain CONTROL LIST [ARG...]                             a domain host: exactly the jars in the file LIST
 * </pre>
 *
 * The shell and the workbench without a terminal execute what other processes hand in, see {@link LiveServer}; commands that
 * say so ({@link CommandIndex.Live}) are handed in without being asked to by {@code --live}.
 * Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
public final class Main {

    /** Property of the service (a {@code Supplier} of the same array) that carries the arguments of a domain host. */
    static final String DOMAIN_ARGUMENTS = "kakuri.domain.arguments";

    /** A command makes no bundle: URL from its text, and installing the handlers for that costs time. */
    private static final Map<String, String> ONE_SHOT = Map.of("felix.service.urlhandlers", "false");

    /** Property of the service (a {@code LongSupplier}) that tells which process one-shot commands reach, 0 for none. */
    static final String LISTENER = "kakuri.listener";

    private static final String HEADLESS = "--headless";
    private static final String LIVE = "--live";
    private static final String HERE = "--here";
    private static final String START_ONE = "; start ./kakuri in another terminal";
    private static final List<String> TERMINAL_BUNDLES = List.of("org.apache.felix.gogo.jline", "org.jline");

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
                return workbench(Path.of(words.get(1)), words.subList(2, words.size()));
            }
            return Errors.report(
                    "the launcher wants --dist FOLDER [--headless | [--live | --here] SCOPE:FUNCTION ARG...] or --domain CONTROL LIST [ARG...]",
                    null,
                    Errors.USAGE);
        } catch (IOException | BundleException e) {
            return Errors.report(Errors.reason(e), e, Errors.FAILED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Errors.FAILED;
        }
    }

    private static int workbench(Path dist, List<String> words)
            throws IOException, BundleException, InterruptedException {
        CommandIndex index = CommandIndex.read(dist.resolve("index"));
        String first = words.isEmpty() ? "" : words.getFirst();
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        return switch (first) {
        case "" -> open(dist, index, false);
        case HEADLESS -> rest.isEmpty() ? open(dist, index, true)
                : Errors.report(HEADLESS + " takes nothing, not " + rest, null, Errors.USAGE);
        case LIVE, HERE -> rest.isEmpty()
                ? Errors.report(first + " wants a command: " + first + " SCOPE:FUNCTION ARG...", null, Errors.USAGE)
                : first.equals(LIVE) ? liveOnly(dist, rest) : command(dist, index, rest, true);
        default -> command(dist, index, words, Boolean.getBoolean(Container.TRAINING));
        };
    }

    /** The workbench, until it is ended. Without a terminal the bundles that need one stay out. */
    private static int open(Path dist, CommandIndex index, boolean headless)
            throws IOException, BundleException, InterruptedException {
        // JLine looks for its terminals in the context class loader, and without one in its own, where they are.
        Thread.currentThread().setContextClassLoader(null);
        Logger jline = Logger.getLogger("org.jline");
        jline.setLevel(Level.SEVERE);
        List<String> bundles = index.bundles()
                .stream()
                .filter(file -> !headless || TERMINAL_BUNDLES.stream().noneMatch(file::startsWith))
                .toList();
        LiveSockets sockets = LiveSockets.ofThisHome(dist);
        try (Container container = Container.create(Map.of("gosh.home", dist.toString()))) {
            container.context()
                    .registerService(LongSupplier.class, () -> reached(sockets),
                            new Hashtable<>(Map.of(LISTENER, true)));
            guard(container);
            container.start(jars(dist, bundles)).forEach(line -> Errors.report(line, null, Errors.FAILED));
            listen(container, sockets);
            if (headless) {
                System.out.println("workbench " + ProcessHandle.current().pid() + " runs; ./kakuri wb:stop ends it");
            }
            container.awaitStop();
        }
        return Errors.DONE;
    }

    private static void guard(Container container) {
        try {
            container.guard();
        } catch (IOException e) {
            Errors.report("programs would go on running if this workbench were killed: " + Errors.reason(e), e,
                    Errors.FAILED);
        }
    }

    private static void listen(Container container, LiveSockets sockets) {
        try {
            container.listen(sockets);
        } catch (IOException e) {
            Errors.report("one-shot commands cannot reach this workbench: " + Errors.reason(e), e, Errors.FAILED);
        }
    }

    private static long reached(LiveSockets sockets) {
        try {
            return sockets.newest().orElse(0L);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int liveOnly(Path dist, List<String> words) throws IOException {
        OptionalInt code = new LiveClient(LiveSockets.ofThisHome(dist)).execute(words);
        return code.isPresent() ? code.getAsInt()
                : Errors.report("no workbench runs that could execute " + words.getFirst() + START_ONE, null,
                        Errors.FAILED);
    }

    private static int command(Path dist, CommandIndex index, List<String> words, boolean here)
            throws IOException, BundleException {
        String name = words.getFirst();
        Command command = index.commands().get(name);
        if (command == null) {
            List<String> near = index.nearest(name);
            return Errors.report(
                    "no command " + name + (near.isEmpty() ? "" : "; did you mean " + String.join(", ", near) + "?")
                            + " All commands: ./kakuri help",
                    null, Errors.USAGE);
        }
        CommandIndex.Live live = here ? CommandIndex.Live.NO : command.live().with(words.subList(1, words.size()));
        if (live != CommandIndex.Live.NO) {
            OptionalInt code = new LiveClient(LiveSockets.ofThisHome(dist)).execute(words);
            if (code.isPresent()) {
                return code.getAsInt();
            }
            if (live == CommandIndex.Live.CHANGES) {
                return Errors.report(name + " changes the workbench that runs, and none does" + START_ONE, null,
                        Errors.FAILED);
            }
        }
        try (Container container = Container.create(ONE_SHOT)) {
            List<String> failures = container.start(jars(dist, command.bundles()));
            failures.forEach(line -> Errors.report(line, null, Errors.FAILED));
            int result = new Commands(container).execute(words.toArray(String[]::new));
            if (result == Errors.USAGE && !here && LiveSockets.ofThisHome(dist).newest().isPresent()) {
                Errors.report("this command did not act on the workbench that runs; to try it there: ./kakuri --live "
                        + String.join(" ", words), null, result);
            }
            return result;
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
