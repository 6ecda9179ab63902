package org.kakuri.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kakuri.launcher.BundleFacts.Component;
import org.kakuri.launcher.CommandIndex.Command;
import org.kakuri.launcher.ManifestHeader.Clause;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/**
 * Computes the {@link CommandIndex} of a folder of bundles.
 *
 * <p>
 * A command needs the bundle of its component; with a bundle, the exporters of the packages it imports and the providers of
 * the capabilities it requires (the SCR for one); with a component, every component that provides an interface it refers
 * to, so that one with many providers, such as the tracker of backends, pulls in all of them. A bundle that looks services
 * up by hand says so with a {@code Require-Capability: osgi.service} that none of its components explains; this counts
 * like a reference of each of its components. Every command also needs the component that runs one-shot commands. No
 * command needs another one, so what publishes commands does not pull all of them in.
 */
final class IndexWriter {

    /** Service property of the component that runs a one-shot command; see the README. */
    static final String ONE_SHOT = "kakuri.oneshot";

    private static final Pattern OBJECT_CLASS = Pattern.compile("\\(objectClass=([^)]+)\\)");

    private final List<BundleFacts> bundles;
    private final Map<Component, BundleFacts> owners = new HashMap<>();

    IndexWriter(List<BundleFacts> bundles) {
        this.bundles = bundles;
        bundles.forEach(bundle -> bundle.components().forEach(component -> owners.put(component, bundle)));
    }

    /**
     * Writes the index of a folder.
     *
     * @param arguments the folder of bundles and the file to write
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("usage: IndexWriter FOLDER-OF-BUNDLES INDEX-FILE");
        }
        List<BundleFacts> facts = new ArrayList<>();
        try (Stream<Path> jars = Files.list(Path.of(arguments[0]))) {
            for (Path jar : jars.filter(p -> p.toString().endsWith(".jar")).sorted().toList()) {
                facts.add(BundleFacts.read(jar));
            }
        }
        Files.write(Path.of(arguments[1]), new IndexWriter(facts).index().lines());
    }

    CommandIndex index() {
        Closure everything = new Closure();
        runners().forEach(everything::add);
        owners.keySet().stream().sorted((a, b) -> a.name().compareTo(b.name())).forEach(everything::add);
        bundles.forEach(everything::add);

        Map<String, Command> commands = new TreeMap<>();
        for (Component component : owners.keySet()) {
            for (String name : component.commands()) {
                Closure closure = new Closure();
                runners().forEach(closure::add);
                closure.add(component);
                String function = name.substring(name.indexOf(':') + 1);
                commands.merge(name,
                        new Command(name, closure.files(), component.description(function), component.live(function)),
                        IndexWriter::both);
            }
        }
        return new CommandIndex(everything.files(), new LinkedHashMap<>(commands));
    }

    /** Two components may serve one function with different arguments: it needs the bundles of both. */
    private static Command both(Command first, Command second) {
        Set<String> files = new LinkedHashSet<>(first.bundles());
        files.addAll(second.bundles());
        return new Command(first.name(), List.copyOf(files),
                first.description().isEmpty() ? second.description() : first.description(),
                first.live() == CommandIndex.Live.NO ? second.live() : first.live());
    }

    private List<Component> runners() {
        return owners.keySet().stream().filter(component -> component.properties().containsKey(ONE_SHOT)).toList();
    }

    /** What is needed so far; a bundle enters the result after those it needs. */
    private final class Closure {
        private final Set<Component> seenComponents = new LinkedHashSet<>();
        private final Set<BundleFacts> seenBundles = new LinkedHashSet<>();
        private final SequencedSet<String> files = new LinkedHashSet<>();

        List<String> files() {
            return List.copyOf(files);
        }

        void add(Component component) {
            if (!seenComponents.add(component)) {
                return;
            }
            BundleFacts owner = owners.get(component);
            Stream.concat(component.references().stream(), unexplainedServices(owner))
                    .sorted()
                    .forEach(this::addProviders);
            add(owner);
        }

        void add(BundleFacts bundle) {
            if (!seenBundles.add(bundle)) {
                return;
            }
            bundle.requirements()
                    .stream()
                    .filter(r -> r.whenResolving() && !r.optional())
                    .forEach(requirement -> addProviders(bundle, requirement));
            bundle.imports().forEach(clause -> addExporter(bundle, clause));
            files.add(bundle.file());
        }

        private void addProviders(String service) {
            owners.keySet()
                    .stream()
                    .filter(c -> c.provides().contains(service) && c.commands().isEmpty())
                    .sorted((a, b) -> a.name().compareTo(b.name()))
                    .forEach(this::add);
            bundles.stream()
                    .filter(bundle -> bundle.components().isEmpty())
                    .filter(bundle -> bundle.capabilities()
                            .stream()
                            .anyMatch(c -> c.paths().contains("osgi.service")
                                    && List.of(c.attributes().getOrDefault("objectClass", "").split("\\s*,\\s*"))
                                            .contains(service)))
                    .forEach(this::add);
        }

        private void addProviders(BundleFacts bundle, Clause requirement) {
            bundles.stream()
                    .filter(other -> other != bundle)
                    .filter(other -> other.capabilities()
                            .stream()
                            .anyMatch(capability -> satisfies(capability, requirement)))
                    .forEach(this::add);
        }

        private void addExporter(BundleFacts bundle, Clause wanted) {
            for (String name : wanted.paths()) {
                List<BundleFacts> exporters = bundles.stream().filter(other -> exports(other, name, wanted)).toList();
                if (!exporters.contains(bundle) && exporters.stream().noneMatch(seenBundles::contains)) {
                    exporters.stream().findFirst().ifPresent(this::add);
                }
            }
        }
    }

    private static Stream<String> unexplainedServices(BundleFacts bundle) {
        List<String> explained = bundle.components().stream().flatMap(c -> c.references().stream()).toList();
        return bundle.requirements()
                .stream()
                .filter(r -> r.paths().contains("osgi.service"))
                .map(r -> OBJECT_CLASS.matcher(r.directives().getOrDefault("filter", "")))
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .filter(name -> !explained.contains(name));
    }

    private static boolean exports(BundleFacts bundle, String name, Clause wanted) {
        VersionRange range = VersionRange.valueOf(wanted.attributes().getOrDefault("version", "0.0.0"));
        return bundle.exports()
                .stream()
                .anyMatch(
                        e -> e.paths().contains(name) && range
                                .includes(Version.parseVersion(e.attributes().getOrDefault("version", "0.0.0"))));
    }

    /** A capability may list several versions; a filter that compares those is left to the framework. */
    private static Object version(String text) {
        return text.contains(",") ? List.of(text.split("\\s*,\\s*")) : Version.parseVersion(text);
    }

    private static boolean satisfies(Clause capability, Clause requirement) {
        if (capability.paths().stream().noneMatch(requirement.paths()::contains)) {
            return false;
        }
        String filter = requirement.directives().get("filter");
        if (filter == null) {
            return true;
        }
        try {
            Map<String, Object> attributes = new HashMap<>(capability.attributes());
            attributes.computeIfPresent("version", (key, value) -> version(value.toString()));
            return FrameworkUtil.createFilter(filter).matches(attributes);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException("requirement " + requirement + " has a filter that cannot be parsed", e);
        }
    }
}
