package org.kakuri.shell.internal.plugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Nearest;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.experiment.ResearchSystem;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.platform.linux.ResourceScope;
import org.kakuri.shell.internal.Swaps;
import org.kakuri.api.command.WorkingDirectory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Commands for those who write backends, runtimes and systems of their own. */
@Component(property = {CommandSet.SCOPE + "=wb", CommandSet.FUNCTION + "=new-plugin", CommandSet.FUNCTION + "=watch",
    CommandSet.FUNCTION + "=remove", CommandSet.LIVE + "=remove",
    CommandSet.LIVE + "=watch", CommandSet.LIVE_IF_RUNNING + "=watch"})
public final class PluginCommands implements CommandSet {
    private static final long LOOK_MILLIS = 300;

    private final Workbench workbench;
    private final HotSwap swaps;
    private final BundleContext context;
    private final Map<Path, Watching> watches = new LinkedHashMap<>();
    private final ResourceScope scope = new ResourceScope("the commands for plugins");
    private ScheduledExecutorService looker;

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private final List<ResearchSystem> systems = new CopyOnWriteArrayList<>();

    private record Watching(FolderWatch watch, ScheduledFuture<?> looking, Set<String> bundles) {}

    /** Takes what the commands ask. */
    @Activate
    public PluginCommands(@Reference Workbench workbench, @Reference HotSwap swaps, BundleContext context) {
        this.workbench = workbench;
        this.swaps = swaps;
        this.context = context;
    }

    /** What {@code wb:new-plugin} has made. */
    public record NewPlugin(Path folder, List<Path> files, String build, String install, String watch)
            implements
                TextView {
        @Override
        public String text() {
            return "%s%n  %s%n%nbuild and test it   %s%ninstall it          %s%nor at every build   %s".formatted(
                    folder,
                    files.stream().map(Path::toString).collect(Collectors.joining(System.lineSeparator() + "  ")),
                    build,
                    install, watch);
        }
    }

    /** A folder that is watched. */
    public record Row(Path folder, String latest) {}

    /** Makes a project. */
    @Descriptor("Makes a project for a backend, a runtime or a research system of your own, with tests.")
    public NewPlugin newPlugin(@WordsSyntax @Descriptor("""
            backend|runtime|system NAME --dir FOLDER
            NAME             what it is to be called: lower case letters, digits, hyphens
            --dir FOLDER     where the project is made: a new or empty folder outside of Kakuri""") Words words)
            throws IOException {
        words.onlyNames(List.of("dir"));
        noMore(words, 2);
        PluginProject.Kind kind = PluginProject.Kind.of(words.word(0, "backend, runtime or system"));
        Path folder = WorkingDirectory.resolve(words.value("dir")
                .orElseThrow(() -> new UsageError("--dir is missing", "say where the project is to be: --dir FOLDER")));
        var project = new PluginProject(kind, words.word(1, "NAME"), folder);
        Path home = property("kakuri.home");
        project.checkName(taken(kind));
        project.checkFolder(home);
        Path repository = home.resolve(".kakuri/repository");
        Files.createDirectories(repository);
        String version = new PluginRepository(property("kakuri.dist").resolve("bundles"), repository)
                .update(Instant.now());
        Path script = home.resolve("kakuri");
        List<Path> files = project.write(repository, version, script);
        String kakuri = PluginProject.quoted(script.toString());
        return new NewPlugin(folder, files, PluginProject.quoted(folder.resolve("build").toString()),
                kakuri + " wb:update "
                        + PluginProject.quoted(folder.resolve("target/" + project.name() + ".jar").toString()),
                kakuri + " wb:watch " + PluginProject.quoted(folder.toString()));
    }

    private static void noMore(Words words, int limit) {
        if (words.positional().size() > limit) {
            throw new UsageError("too many words: " + words.positional().subList(limit, words.positional().size()),
                    "see --help");
        }
    }

    private static Path property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new KakuriException("the property " + name + " is not set", "start Kakuri by its script");
        }
        return Path.of(value);
    }

    private Set<String> taken(PluginProject.Kind kind) {
        return switch (kind) {
        case BACKEND -> workbench.backends().stream().map(BackendInfo::name).collect(Collectors.toSet());
        case RUNTIME -> workbench.runtimes().stream().map(RuntimeInfo::name).collect(Collectors.toSet());
        case SYSTEM -> systems.stream().map(system -> system.info().name()).collect(Collectors.toSet());
        };
    }

    /**
     * What {@code wb:remove} has removed.
     *
     * @param notes what follows from that, a line each
     */
    public record Removed(String bundle, String version, List<String> notes) implements TextView {
        @Override
        public String text() {
            return Stream.concat(Stream.of(bundle + " " + version + " removed"), notes.stream())
                    .collect(Collectors.joining(System.lineSeparator()));
        }
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        return switch (function) {
        case "new-plugin" ->
            before.isEmpty() ? Arrays.stream(PluginProject.Kind.values()).map(PluginProject.Kind::word).toList()
                    : List.of();
        case "remove" -> before.isEmpty() ? List.copyOf(installed().keySet()) : List.of();
        default -> List.of();
        };
    }

    /** Removes what was installed. */
    @Descriptor("Removes a bundle that wb:update or wb:watch installed; sessions that use it have a moment to end.")
    public Removed remove(@Descriptor("name of the backend, runtime or system, or of its bundle") String name)
            throws BundleException {
        Map<String, Bundle> installed = installed();
        Bundle bundle = installed.get(name);
        if (bundle == null) {
            throw Nearest.unknown("installed bundle", name, installed.keySet());
        }
        bundle.uninstall();
        List<String> notes = new ArrayList<>(new UseFallback(workbench).afterRemoval());
        notes.addAll(stillWatched(bundle.getSymbolicName()));
        return new Removed(bundle.getSymbolicName(), bundle.getVersion().toString(), notes);
    }

    private synchronized List<String> stillWatched(String bundle) {
        return watches.entrySet()
                .stream()
                .filter(watched -> watched.getValue().bundles().contains(bundle))
                .map(watched -> "%s is still watched: the next build there installs it again; to end that: wb:watch --stop %s"
                        .formatted(watched.getKey(), PluginProject.quoted(watched.getKey().toString())))
                .toList();
    }

    private Map<String, Bundle> installed() {
        Map<String, Bundle> installed = new TreeMap<>();
        Arrays.stream(context.getBundles()).filter(PluginCommands::addedWhileRunning).forEach(bundle -> {
            installed.put(bundle.getSymbolicName(), bundle);
            provided(bundle).forEach(provided -> installed.put(provided, bundle));
        });
        return installed;
    }

    /** What the workbench starts with stays where the launcher found it. */
    private static boolean addedWhileRunning(Bundle bundle) {
        String dist = System.getProperty("kakuri.dist");
        return bundle.getBundleId() != 0
                && (dist == null || !bundle.getLocation().startsWith("reference:" + Path.of(dist).toUri()));
    }

    private static List<String> provided(Bundle bundle) {
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        return services == null ? List.of() : Arrays.stream(services)
                .flatMap(service -> Stream.of(TeeBackend.NAME, IsolationRuntime.NAME, ResearchSystem.NAME)
                        .map(service::getProperty))
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }

    /** Watches a folder, stops doing so, or lists what is watched. */
    @Descriptor("Watches a folder and installs or updates its bundles whenever they are built; lists what is watched.")
    public List<Row> watch(@WordsSyntax @Descriptor("""
            [FOLDER] [--drain SECONDS] [--stop FOLDER]
            FOLDER           where jars are built; of a project its folder target
            --drain SECONDS  how long live sessions of a bundle that is updated may go on; 30 if not given
            --stop FOLDER    watch it no longer; what is installed stays""") Words words) {
        words.onlyNames(List.of("drain", "stop"));
        noMore(words, 1);
        words.value("stop").map(PluginCommands::folder).ifPresent(this::stopWatching);
        words.positional().stream().map(PluginCommands::folder).forEach(folder -> watch(folder, Swaps.drain(words)));
        return rows();
    }

    private static Path folder(String word) {
        Path given = WorkingDirectory.resolve(word);
        if (!Files.isDirectory(given)) {
            throw new UsageError("no such folder: " + given, "give the folder of a project, or where its jar is built");
        }
        Path target = given.resolve("target");
        return Files.isDirectory(target) || Files.exists(given.resolve("pom.xml")) ? target : given;
    }

    private synchronized void watch(Path folder, Duration drain) {
        if (watches.containsKey(folder)) {
            return;
        }
        if (looker == null) {
            looker = Executors.newSingleThreadScheduledExecutor(work -> {
                Thread thread = Thread.ofPlatform().daemon().name("kakuri-watch").unstarted(work);
                scope.adopt(thread);
                return thread;
            });
        }
        Set<String> bundles = ConcurrentHashMap.newKeySet();
        var watch = new FolderWatch(folder, jar -> {
            String done = swaps.update(jar, drain).title();
            bundles.add(symbolicName(jar));
            return done;
        },
                line -> System.out.println("kakuri: " + line));
        watches.put(folder, new Watching(watch,
                looker.scheduleWithFixedDelay(watch::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS), bundles));
    }

    /** Of a bundle that was just installed, so that it has one. */
    private static String symbolicName(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest().getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME).split(";", 2)[0]
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + jar, e);
        }
    }

    private synchronized void stopWatching(Path folder) {
        Watching known = watches.remove(folder);
        if (known == null) {
            throw new UsageError("not watched: " + folder, "wb:watch lists what is");
        }
        known.looking().cancel(false);
    }

    private synchronized List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        watches.values().forEach(known -> rows.add(new Row(known.watch().folder(), known.watch().latest())));
        return rows;
    }

    /** Ends with the workbench. */
    @Deactivate
    void stop() {
        synchronized (this) {
            watches.clear();
            if (looker != null) {
                looker.shutdownNow();
            }
        }
        scope.close();
    }
}
