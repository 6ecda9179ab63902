package org.kakuri.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * What a jar file says of itself, read without starting it.
 *
 * @param file its name in the folder of bundles
 * @param symbolicName {@code Bundle-SymbolicName}
 * @param imports mandatory {@code Import-Package} clauses
 * @param exports {@code Export-Package} clauses
 * @param requirements {@code Require-Capability} clauses
 * @param capabilities {@code Provide-Capability} clauses
 * @param components its Declarative Services components
 */
record BundleFacts(
        String file,
        String symbolicName,
        List<ManifestHeader.Clause> imports,
        List<ManifestHeader.Clause> exports,
        List<ManifestHeader.Clause> requirements,
        List<ManifestHeader.Clause> capabilities,
        List<Component> components) {

    private static final List<String> COMMAND_PREFIXES = List.of("osgi.command.", "kakuri.command.");
    private static final String DESCRIPTOR = "Lorg/apache/felix/service/command/Descriptor;";

    /**
     * One component description (OSGi-INF/*.xml).
     *
     * @param name its name
     * @param provides interfaces it is registered under
     * @param references interfaces it refers to, whatever their cardinality
     * @param properties values by name; several values are one list
     * @param descriptions what {@code @Descriptor} says of its methods, by method name in lower case
     */
    record Component(
            String name,
            Set<String> provides,
            Set<String> references,
            Map<String, List<String>> properties,
            Map<String, String> descriptions) {

        /** The commands it serves, as {@code scope:function}: Gogo's own kind, and the workbench's CommandSet. */
        List<String> commands() {
            return COMMAND_PREFIXES.stream()
                    .flatMap(prefix -> properties.getOrDefault(prefix + "scope", List.of())
                            .stream()
                            .limit(1)
                            .flatMap(scope -> properties.getOrDefault(prefix + "function", List.of())
                                    .stream()
                                    .map(function -> scope + ":" + function)))
                    .toList();
        }

        /** Whether a function acts on the workbench that runs: the properties of CommandSet that name it. */
        CommandIndex.Live live(String function) {
            boolean changes = properties.getOrDefault("kakuri.command.live", List.of()).contains(function);
            boolean shows = properties.getOrDefault("kakuri.command.live.if.running", List.of()).contains(function);
            return changes && shows ? CommandIndex.Live.EITHER
                    : changes ? CommandIndex.Live.CHANGES : shows ? CommandIndex.Live.SHOWS : CommandIndex.Live.NO;
        }

        /** The method of a function has its name, hyphens read as camel case, also with an underscore or as getter. */
        String description(String function) {
            String name = function.toLowerCase(Locale.ROOT).replace("-", "");
            return Stream.of(name, "_" + name, "get" + name, "is" + name)
                    .map(descriptions::get)
                    .filter(d -> d != null)
                    .findFirst()
                    .orElse("");
        }
    }

    static BundleFacts read(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            if (file.getManifest() == null) {
                throw new IOException(jar + " has no manifest, so it is no bundle");
            }
            java.util.jar.Attributes main = file.getManifest().getMainAttributes();
            String name = main.getValue("Bundle-SymbolicName");
            if (name == null) {
                throw new IOException(jar + " has no Bundle-SymbolicName, so it is no bundle");
            }
            List<Component> components = new ArrayList<>();
            for (ManifestHeader.Clause clause : clauses(main, "Service-Component")) {
                for (String path : clause.paths()) {
                    components.add(component(file, path));
                }
            }
            return new BundleFacts(jar.getFileName().toString(),
                    ManifestHeader.parse(name).getFirst().paths().getFirst(),
                    clauses(main, "Import-Package").stream().filter(clause -> !clause.optional()).toList(),
                    clauses(main, "Export-Package"), clauses(main, "Require-Capability"),
                    clauses(main, "Provide-Capability"), components);
        }
    }

    private static List<ManifestHeader.Clause> clauses(java.util.jar.Attributes main, String header) {
        return ManifestHeader.parse(main.getValue(new Name(header)));
    }

    private static Component component(JarFile jar, String path) throws IOException {
        if (jar.getEntry(path) == null) {
            throw new IOException(
                    jar.getName() + " names the component description " + path + " and does not contain it");
        }
        Element root;
        try (InputStream in = jar.getInputStream(jar.getEntry(path))) {
            DocumentBuilder builder = DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder();
            builder.setErrorHandler(new DefaultHandler());
            root = builder.parse(in).getDocumentElement();
        } catch (SAXException | ParserConfigurationException e) {
            throw new IOException(jar.getName() + "!" + path + " is no component description: " + e.getMessage(), e);
        }
        Map<String, List<String>> properties = new HashMap<>();
        for (Element property : elements(root, "property")) {
            List<String> values = property.hasAttribute("value") ? List.of(property.getAttribute("value"))
                    : property.getTextContent().lines().map(String::strip).filter(v -> !v.isEmpty()).toList();
            properties.put(property.getAttribute("name"), values);
        }
        String implementation = elements(root, "implementation").getFirst().getAttribute("class");
        return new Component(root.getAttribute("name"), interfaces(root, "provide"), interfaces(root, "reference"),
                properties,
                COMMAND_PREFIXES.stream().anyMatch(prefix -> properties.containsKey(prefix + "scope"))
                        ? descriptions(jar, implementation) : Map.of());
    }

    private static Set<String> interfaces(Element root, String element) {
        Set<String> names = new LinkedHashSet<>();
        elements(root, element).forEach(e -> names.add(e.getAttribute("interface")));
        return names;
    }

    private static List<Element> elements(Element root, String name) {
        NodeList nodes = root.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static Map<String, String> descriptions(JarFile jar, String className) throws IOException {
        Map<String, String> descriptions = new HashMap<>();
        ZipEntry entry = jar.getEntry(className.replace('.', '/') + ".class");
        if (entry == null) {
            return descriptions;
        }
        try (InputStream in = jar.getInputStream(entry)) {
            for (MethodModel method : ClassFile.of().parse(in.readAllBytes()).methods()) {
                method.findAttribute(Attributes.runtimeVisibleAnnotations())
                        .stream()
                        .flatMap(all -> all.annotations().stream())
                        .filter(annotation -> annotation.className().equalsString(DESCRIPTOR))
                        .map(BundleFacts::text)
                        .forEach(text -> descriptions
                                .putIfAbsent(method.methodName().stringValue().toLowerCase(Locale.ROOT), text));
            }
        }
        return descriptions;
    }

    private static String text(Annotation annotation) {
        return annotation.elements()
                .stream()
                .map(element -> element.value())
                .map(value -> value instanceof AnnotationValue.OfString string ? string.stringValue() : "")
                .findFirst()
                .orElse("")
                .lines()
                .findFirst()
                .orElse("");
    }
}
