package org.kakuri.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * What {@code ./kakuri test} says at the end: tests by module, each failure and each skipped test with its reason, and one
 * line {@code N passed, N failed, N skipped}, counted one by one from the XML reports of the unit and in-container
 * tests. It is run from its source file, so that it can tell of a build that did not come to an end; hence it uses nothing
 * but the JDK.
 */
public final class TestReport {

    private record Outcome(String test, Kind kind, String reason) {}

    private enum Kind {
        PASSED, FAILED, SKIPPED
    }

    private record Module(String name, List<Outcome> outcomes) {
        long count(Kind kind) {
            return outcomes.stream().filter(outcome -> outcome.kind() == kind).count();
        }
    }

    private final List<Module> modules;

    private TestReport(List<Module> modules) {
        this.modules = modules;
    }

    /**
     * Prints the report of a workspace; exit code 1 if a test failed or none was run.
     *
     * @param arguments the workspace's folder
     * @throws IOException if a report cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        TestReport report = read(Path.of(arguments[0]));
        report.lines().forEach(System.out::println);
        System.exit(report.good() ? 0 : 1);
    }

    static TestReport read(Path workspace) throws IOException {
        List<Module> modules = new ArrayList<>();
        try (Stream<Path> bundles = Files.list(workspace.resolve("bundles"))) {
            for (Path bundle : bundles.sorted().toList()) {
                modules.add(module(bundle.getFileName().toString(), bundle.resolve("target/surefire-reports")));
            }
        }
        modules.add(module("in the container", workspace.resolve("runconfigs/target/test-reports")));
        modules.add(module("as processes", workspace.resolve("runconfigs/target/process-reports")));
        modules.removeIf(module -> module.outcomes().isEmpty());
        return new TestReport(modules);
    }

    boolean good() {
        return count(Kind.PASSED) > 0 && count(Kind.FAILED) == 0;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Module module : modules) {
            lines.add("%-32s %s".formatted(module.name(), counts(module.count(Kind.PASSED), module.count(Kind.FAILED),
                    module.count(Kind.SKIPPED))));
        }
        for (Kind kind : List.of(Kind.SKIPPED, Kind.FAILED)) {
            modules.stream()
                    .flatMap(module -> module.outcomes().stream())
                    .filter(outcome -> outcome.kind() == kind)
                    .forEach(outcome -> lines.add("%s %s: %s".formatted(kind == Kind.FAILED ? "FAILED" : "skipped",
                            outcome.test(), outcome.reason())));
        }
        lines.add(counts(count(Kind.PASSED), count(Kind.FAILED), count(Kind.SKIPPED)));
        return lines;
    }

    private long count(Kind kind) {
        return modules.stream().mapToLong(module -> module.count(kind)).sum();
    }

    private static String counts(long passed, long failed, long skipped) {
        return passed + " passed, " + failed + " failed, " + skipped + " skipped";
    }

    private static Module module(String name, Path reports) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        if (Files.isDirectory(reports)) {
            try (Stream<Path> files = Files.walk(reports)) {
                for (Path file : files.filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml"))
                        .sorted()
                        .toList()) {
                    outcomes.addAll(outcomes(file));
                }
            }
        }
        return new Module(name, outcomes);
    }

    /** A suite that could not be loaded is an error without a test case of its own; its report says so in a case as well. */
    private static List<Outcome> outcomes(Path file) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        try {
            DocumentBuilder builder = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
            builder.setErrorHandler(new DefaultHandler());
            NodeList cases = builder.parse(file.toFile()).getElementsByTagName("testcase");
            for (int i = 0; i < cases.getLength(); i++) {
                outcomes.add(outcome((Element) cases.item(i)));
            }
        } catch (SAXException | ParserConfigurationException e) {
            outcomes.add(new Outcome(file.toString(), Kind.FAILED, "the report is cut off: " + e.getMessage()));
        }
        return outcomes;
    }

    private static Outcome outcome(Element test) {
        String type = test.getAttribute("classname");
        String name = type.substring(type.lastIndexOf('.') + 1) + "." + test.getAttribute("name");
        for (Node child = test.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element) {
                switch (element.getTagName()) {
                case "failure", "error" -> {
                    return new Outcome(name, Kind.FAILED, reason(element));
                }
                case "skipped" -> {
                    return new Outcome(name, Kind.SKIPPED, reason(element));
                }
                default -> {}
                }
            }
        }
        return new Outcome(name, Kind.PASSED, "");
    }

    /** The message, or the first line of the stack trace, which names the exception. */
    private static String reason(Element element) {
        String message = element.getAttribute("message").strip();
        if (message.isEmpty()) {
            message = element.getTextContent().strip();
        }
        return message.lines()
                .findFirst()
                .orElse("no reason given")
                .replaceFirst(
                        "^(org\\.opentest4j\\.TestAbortedException: )?Assumption failed: ", "");
    }
}
