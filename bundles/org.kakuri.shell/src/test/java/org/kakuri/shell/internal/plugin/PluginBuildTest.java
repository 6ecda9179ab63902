package org.kakuri.shell.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.kakuri.shell.internal.plugin.PluginProject.Kind;

/** What wb:new-plugin makes compiles, its tests pass, and Maven makes a bundle of it. */
@Timeout(280)
class PluginBuildTest {

    @TempDir
    Path temp;

    private PluginProject generate(Kind kind, Path repository, String version) throws IOException {
        var project = new PluginProject(kind, "my-" + kind.word(), temp.resolve("my plugin"));
        project.checkName(java.util.Set.of());
        project.write(repository, version, temp.resolve("kakuri"));
        return project;
    }

    @ParameterizedTest
    @EnumSource
    void compilesWithoutWarningsAndItsTestsPass(Kind kind) throws Exception {
        PluginProject project = generate(kind, temp, "1");
        Path classes = Files.createDirectory(temp.resolve("classes"));
        compile(project, classes);

        var summary = new SummaryGeneratingListener();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(loader);
            String test = "org.kakuri.plugin.my" + kind.word() + "."
                    + (kind == Kind.SYSTEM ? "MySystemExperimentTest" : "ContractTest");
            LauncherFactory.create()
                    .execute(LauncherDiscoveryRequestBuilder.request()
                            .selectors(DiscoverySelectors.selectClass(loader.loadClass(test)))
                            .build(), summary);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }

        assertEquals(List.of(), summary.getSummary()
                .getFailures()
                .stream()
                .map(failure -> failure.getTestIdentifier().getDisplayName() + ": " + failure.getException())
                .toList());
        long passed = summary.getSummary().getTestsSucceededCount();
        assertTrue(passed >= (kind == Kind.SYSTEM ? 3 : 20), "only " + passed + " tests passed");
    }

    private static void compile(PluginProject project, Path classes) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        try (var files = compiler.getStandardFileManager(diagnostics, Locale.ROOT, null);
                Stream<Path> sources = Files.walk(project.folder().resolve("src"))) {
            boolean compiled = compiler.getTask(null, files, diagnostics,
                    List.of("-d", classes.toString(), "-Xlint:all,-classfile,-processing", "-proc:none", "-parameters",
                            "-cp", System.getProperty("java.class.path")),
                    null,
                    files.getJavaFileObjectsFromPaths(sources.filter(Files::isRegularFile).toList())).call();
            assertEquals(List.of(), diagnostics.getDiagnostics().stream().map(Object::toString).toList());
            assertTrue(compiled);
        }
    }

    @Test
    void mavenMakesABundleOfIt() throws Exception {
        Path repository = Files.createDirectory(temp.resolve("a repository"));
        String version = new PluginRepository(bundles(), repository).update(Instant.now());
        PluginProject project = generate(Kind.BACKEND, repository, version);

        List<String> output = maven(project.folder(), "package", "-DskipTests");

        assertEquals(List.of(), output);
        try (JarFile jar = new JarFile(project.folder().resolve("target/my-backend.jar").toFile())) {
            var manifest = jar.getManifest().getMainAttributes();
            assertEquals("org.kakuri.plugin.mybackend", manifest.getValue("Bundle-SymbolicName"));
            assertEquals("OSGI-INF/org.kakuri.plugin.mybackend.MyBackendBackend.xml",
                    manifest.getValue("Service-Component"));
            String imports = manifest.getValue("Import-Package");
            for (String name : List.of("org.kakuri.api.tee", "org.kakuri.tee.model", "org.kakuri.tee.model.instance")) {
                assertTrue(imports.contains(name + ";version="), imports);
            }
        }
    }

    /** The jars that this test was started with, under the names they have in a build. */
    private Path bundles() throws IOException {
        Path bundles = Files.createDirectory(temp.resolve("bundles"));
        for (String artifact : PluginRepository.ARTIFACTS) {
            Path found = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(Path::of)
                    .filter(path -> path.getFileName().toString().matches(artifact + "-[0-9.]+\\.jar"))
                    .findFirst()
                    .orElse(null);
            assumeTrue(found != null, artifact + " is on the class path as a folder, not as a jar: run mvn verify");
            Files.copy(found, bundles.resolve(found.getFileName()));
        }
        return bundles;
    }

    private List<String> maven(Path folder, String... goals) throws IOException, InterruptedException {
        String given = System.getenv("KAKURI_MVN");
        Path mvn = Stream.concat(Stream.ofNullable(given),
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).map(p -> p + "/mvn"))
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(mvn != null, "no Maven: KAKURI_MVN is not set and PATH has no mvn");
        List<String> command = new ArrayList<>(List.of(mvn.toString(), "-B", "-q", "--no-transfer-progress", "-f",
                folder.resolve("pom.xml").toString()));
        command.addAll(List.of(goals));
        Path log = temp.resolve("maven.log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("MAVEN_OPTS", "--sun-misc-unsafe-memory-access=allow -XX:TieredStopAtLevel=1");
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(240, TimeUnit.SECONDS), "Maven does not end");
        } finally {
            process.destroyForcibly();
        }
        List<String> output = Files.readAllLines(log)
                .stream()
                .filter(line -> line.contains("ERROR") || line.contains("WARN"))
                .toList();
        assumeTrue(
                output.stream().noneMatch(line -> line.matches(".*(Unknown host|Could not transfer|offline mode).*")),
                () -> "Maven cannot fetch what it needs: " + output.getFirst());
        return output;
    }
}
