package org.kakuri.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code kakuri} in a workspace of its own, with a JDK and a Maven that only tell how they were called. */
@Timeout(120)
class ScriptTest {

    private static final String FAKE_JAVA = """
            #!/bin/bash
            for word; do last=$word; case $word in -XX:AOTCacheOutput=*) echo cache >"${word#*=}"; exit ;; esac; done
            case "$*" in
            *IndexWriter*) printf 'kakuri-index 1\\nbundle a.jar\\ncommand tee:list 0 Lists the backends\\n' >"$last" ;;
            *) printf '[%s]' "$@"; echo; exit "${FAKE_EXIT:-0}" ;;
            esac
            """;
    private static final String FAKE_MAVEN = """
            #!/bin/bash
            here=$(dirname "$0")
            echo "$@" >>"$here/calls"
            echo "[INFO] Building org.kakuri.api 0.1.0                                       [3/18]"
            [ -p "$here/gate" ] && { echo waiting >"$here/reached"; read -r go <"$here/gate"; }
            if [ -e "$here/fail" ]; then
                echo '[ERROR] /x/Foo.java:[3,4] cannot find symbol'
                echo '[ERROR] Re-run Maven using the -X switch'
                exit 1
            fi
            target="$here/../a workspace/runconfigs/target"
            mkdir -p "$target/export/kakuri" "$target/export/domain" "$target/launch"
            cp "$here/content" "$target/export/kakuri/a.jar"
            cp "$here/content" "$target/export/domain/a.jar"
            echo felix >"$target/launch/org.apache.felix.framework.jar"
            echo launcher >"$target/launch/org.kakuri.launcher.jar"
            """;

    @TempDir
    Path temp;
    private Path root;
    private Path jdk;
    private Path tools;

    @BeforeEach
    void workspace() throws IOException {
        root = Files.createDirectory(temp.resolve("a workspace"));
        tools = Files.createDirectory(temp.resolve("tools"));
        Files.copy(Path.of("../../kakuri").toRealPath(), root.resolve("kakuri"));
        executable(root.resolve("kakuri"), Files.readString(root.resolve("kakuri")));
        Files.createDirectories(root.resolve("cnf"));
        Files.createDirectories(root.resolve("runconfigs/etc"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        Files.writeString(root.resolve("runconfigs/kakuri.bndrun"), "");
        source("bundles/org.kakuri.api/src/main/java/A.java");
        Files.createDirectories(root.resolve("bundles/org.kakuri.api/src/test"));
        jdk = jdk("jdk 25", "25.0.3", true);
        executable(tools.resolve("mvn"), FAKE_MAVEN);
        Files.writeString(tools.resolve("content"), "first");
    }

    @Test
    void buildsOnFirstUseAndRunsWithTheArgumentsAsTheyAre() throws Exception {
        Ended ended = run("tee:list", "a b", "$HOME", "");

        assertEquals(0, ended.code());
        assertEquals("kakuri: building; the log is " + root + "/.kakuri/build.log\n", ended.err());
        assertTrue(ended.out().contains("[-XX:TieredStopAtLevel=1]"), ended.out());
        assertTrue(ended.out().contains("[-XX:AOTCache=" + root + "/.kakuri/aot/" + current()), ended.out());
        assertTrue(ended.out()
                .endsWith("[org.kakuri.launcher.Main][--dist][" + root + "/.kakuri/dist/" + current()
                        + "][tee:list][a b][$HOME][]\n"),
                ended.out());
        assertEquals("a.jar\n", Files.readString(root.resolve(".kakuri/dist/" + current() + "/domain")));
    }

    @Test
    void passesTheExitCodeOn() throws Exception {
        assertEquals(7, run(Map.of("FAKE_EXIT", "7"), "tee:list").code());
    }

    @Test
    void opensTheShellWithoutArguments() throws Exception {
        assertTrue(run().out().endsWith("[--dist][" + root + "/.kakuri/dist/" + current() + "]\n"));
    }

    @Test
    void aWorkbenchWithoutAShellGetsTheWholeCompilerAndACommandForOneDoesNot() throws Exception {
        Ended headless = run("--headless");
        assertTrue(headless.out().endsWith("/" + current() + "][--headless]\n"), headless.out());
        assertFalse(headless.out().contains("TieredStopAtLevel"), headless.out());

        Ended live = run("--live", "tee:use", "a b");
        assertTrue(live.out().endsWith("/" + current() + "][--live][tee:use][a b]\n"), live.out());
        assertTrue(live.out().contains("TieredStopAtLevel"), live.out());
    }

    @Test
    void buildsAPluginWithItsOwnToolsAndRefusesWhatIsNone() throws Exception {
        assertEquals(2, run("build-plugin").code());
        Ended none = run("build-plugin", temp.toString());
        assertEquals(
                "kakuri: build-plugin wants the folder of a plugin, which has a pom.xml; not '" + temp + "'\n",
                none.err());
        assertEquals(0, builds());

        Path plugin = Files.createDirectory(temp.resolve("a plugin"));
        Files.writeString(plugin.resolve("pom.xml"), "<project/>");
        Files.createDirectories(plugin.resolve("target"));
        Files.writeString(plugin.resolve("target/x.jar"), "");
        Ended built = run("build-plugin", plugin.toString(), "clean");

        assertEquals(0, built.code(), built::err);
        assertTrue(built.err()
                .endsWith("kakuri: built; to install it: " + root + "/kakuri wb:update " + plugin
                        + "/target/x.jar\n"),
                built.err());
        assertTrue(Files.readString(tools.resolve("calls")).endsWith("-f " + plugin + "/pom.xml clean package\n"));
    }

    @Test
    void measuringCommandsGetTheWholeCompiler() throws Exception {
        for (String command : List.of("exp:run", "rt:run")) {
            assertFalse(run(command).out().contains("TieredStopAtLevel"), command);
        }
        assertFalse(run("reproduce").out().contains("TieredStopAtLevel"));
        assertTrue(run("reproduce", "--strict").out().endsWith("[exp:reproduce][--strict]\n"));
    }

    @Test
    void buildsAgainOnlyWhenASourceIsNewer() throws Exception {
        run("tee:list");
        assertEquals("", run("tee:list").err());
        newer(source("bundles/org.kakuri.api/src/test/ATest.java"));
        assertEquals("", run("tee:list").err());
        assertEquals(1, builds());

        newer(source("bundles/org.kakuri.api/src/main/java/A.java"));
        run("tee:list");
        assertEquals(2, builds());
        newer(root.resolve("cnf/build.bnd"));
        run("tee:list");
        assertEquals(3, builds());
    }

    @Test
    void aDeletedSourceIsAChange() throws Exception {
        Path second = source("bundles/org.kakuri.api/src/main/java/B.java");
        run("tee:list");
        Files.delete(second);
        newer(second.getParent());
        run("tee:list");
        assertEquals(2, builds());
    }

    @Test
    void aFailedBuildNamesTheErrorsAndTheLogAndIsTriedAgain() throws Exception {
        Files.writeString(tools.resolve("fail"), "");

        assertEquals(new Ended(1, "", """
                kakuri: building; the log is %1$s/.kakuri/build.log
                kakuri: the build failed; the first errors:
                [ERROR] /x/Foo.java:[3,4] cannot find symbol
                kakuri: the whole log: %1$s/.kakuri/build.log
                """.formatted(root)), run("tee:list"));
        assertEquals(List.of(), dists());

        Files.delete(tools.resolve("fail"));
        assertEquals(0, run("tee:list").code());
    }

    @Test
    void keepsThreeBuildsAndTheOneInUse() throws Exception {
        run("tee:list");
        String first = current();
        Process user = new ProcessBuilder("flock", "-s", root.resolve(".kakuri/dist/" + first + "/use").toString(),
                "cat")
                .start();
        try {
            awaitHeld(first);
            for (String content : List.of("second", "third", "fourth", "fifth")) {
                Files.writeString(tools.resolve("content"), content);
                newer(source("bundles/org.kakuri.api/src/main/java/A.java"));
                run("tee:list");
            }
            assertEquals(4, dists().size());
            assertTrue(dists().contains(first));
        } finally {
            user.destroy();
            user.waitFor();
        }
        Files.writeString(tools.resolve("content"), "sixth");
        newer(source("bundles/org.kakuri.api/src/main/java/A.java"));
        run("tee:list");
        assertEquals(3, dists().size());
        assertFalse(dists().contains(first));
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        gate();
        Process first = start(Map.of(), "tee:list").start();
        awaitReached();
        Process second = start(Map.of(), "tee:list").start();
        try (BufferedReader err = second.errorReader()) {
            assertEquals("kakuri: another build is running; waiting for it", err.readLine());
            openGate();
            assertEquals(0, first.waitFor());
            assertEquals(0, second.waitFor());
        }
        assertEquals(1, builds());
    }

    @Test
    void anInterruptedBuildLeavesNothing() throws Exception {
        gate();
        Process process = start(Map.of(), "tee:list").redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        awaitReached();
        process.destroy();
        assertEquals(130, process.waitFor());
        assertEquals(List.of(), dists());

        Files.delete(tools.resolve("gate"));
        assertEquals(0, run("tee:list").code());
    }

    @Test
    void takesTheJdkThatIsNamedAndNoOther() throws Exception {
        Path old = jdk("jdk 17", "17.0.15", true);

        Ended ended = run(Map.of("KAKURI_JAVA_HOME", old.toString()), "tee:list");

        assertEquals(78, ended.code());
        assertTrue(ended.err()
                .startsWith("kakuri: KAKURI_JAVA_HOME=" + old
                        + " is not a JDK 25 or newer (bin/javac and JAVA_VERSION in release).\n"),
                ended.err());
    }

    @Test
    void passesOverOldOnesAndOnesWithoutCompiler() throws Exception {
        Path places = Files.createDirectory(temp.resolve("places"));
        Path old = jdk("places/a-17", "17.0.15", true);
        jdk("places/b-25-jre", "25", false);
        Path good = jdk("places/c-26", "26-ea", true);
        executable(good.resolve("bin/java"), FAKE_JAVA.replace("printf '[%s]' \"$@\"", "printf good"));

        Ended ended = run(
                Map.of("KAKURI_JAVA_HOME", "", "JAVA_HOME", old.toString(), "PATH", barePath(),
                        "KAKURI_JDK_PLACES", "/nowhere:" + places),
                "tee:list");

        assertEquals("good\n", ended.out());
    }

    @Test
    void withoutAJdkItTellsHowToGetOne() throws Exception {
        Ended ended = run(Map.of("KAKURI_JAVA_HOME", "", "PATH", barePath(), "KAKURI_JDK_PLACES", "/nowhere"),
                "tee:list");

        assertEquals(78, ended.code());
        assertTrue(ended.err().startsWith("kakuri: no JDK 25 or newer found"), ended.err());
        assertTrue(ended.err().contains("sdk install java 25"), ended.err());
        assertTrue(ended.err().contains("export KAKURI_JAVA_HOME="), ended.err());
        assertEquals(0, builds());
    }

    @Test
    void withoutMavenItTellsHowToGetOne() throws Exception {
        Ended ended = run(Map.of("KAKURI_MVN", "", "MAVEN_HOME", "", "PATH", barePath()), "tee:list");

        assertEquals(78, ended.code());
        assertTrue(ended.err().startsWith("kakuri: no Maven found"), ended.err());
    }

    @Test
    void aWrongWordIsAUsageErrorAndBuildsNothing() throws Exception {
        assertEquals(new Ended(2, "",
                "kakuri: no command 'tset'; commands have the form SCOPE:FUNCTION, and ./kakuri help lists all\n"),
                run("tset"));
        assertEquals(2, run("test", "everything").code());
        assertEquals(2, run("doctor", "--xml").code());
        assertEquals(0, builds());
    }

    @Test
    void helpAndDoctorNeedNoBuild() throws Exception {
        assertTrue(run("help").out().startsWith("./kakuri  "));
        Ended doctor = run(Map.of("KAKURI_JAVA_HOME", ""), "doctor", "--json");
        assertEquals(0, doctor.code());
        assertTrue(doctor.out().contains("\"part\": \"configfs-tsm\", \"state\": \""), doctor.out());
        assertEquals(0, builds());

        run("tee:list");
        assertTrue(run("help").out().contains("tee:list             Lists the backends\n"));
    }

    record Ended(int code, String out, String err) {}

    private Ended run(String... arguments) throws Exception {
        return run(Map.of(), arguments);
    }

    private Ended run(Map<String, String> environment, String... arguments) throws Exception {
        Path out = temp.resolve("out");
        Path err = temp.resolve("err");
        Process process = start(environment, arguments).redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            return new Ended(process.waitFor(), Files.readString(out), Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }

    private ProcessBuilder start(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(root.resolve("kakuri").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("KAKURI_") || name.equals("JAVA_HOME"));
        builder.environment()
                .putAll(Map.of("KAKURI_JAVA_HOME", jdk.toString(), "KAKURI_MVN", tools.resolve("mvn").toString(),
                        "HOME", temp.toString()));
        builder.environment().putAll(environment);
        return builder;
    }

    private Path jdk(String name, String version, boolean compiler) throws IOException {
        Path home = temp.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        executable(home.resolve("bin/java"), FAKE_JAVA);
        if (compiler) {
            executable(home.resolve("bin/javac"), "");
        }
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A PATH with what the script is made of, and neither java nor mvn. */
    private String barePath() throws IOException {
        Path bin = Files.createDirectory(temp.resolve("bin"));
        for (String tool : List.of("bash", "cat", "cp", "dirname", "env", "find", "flock", "grep", "head", "ls",
                "mkdir",
                "mv", "readlink", "rm", "sed", "setsid", "sha256sum", "sleep", "sort", "tail", "timeout", "touch",
                "xargs")) {
            executable(bin.resolve(tool), "#!/bin/sh\nexec " + absolute(tool) + " \"$@\"\n");
        }
        return bin.toString();
    }

    private static Path absolute(String tool) {
        Path path = Path.of("/usr/bin", tool);
        return Files.exists(path) ? path : Path.of("/bin", tool);
    }

    private Path source(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "class A {}");
    }

    /** Newer than any build so far, whatever the clock's resolution; the next build then is as new. */
    private static void newer(Path file) throws IOException {
        if (Files.notExists(file)) {
            Files.writeString(file, "");
        }
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    }

    private long builds() throws IOException {
        Path calls = tools.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
    }

    private String current() throws IOException {
        return Files.readString(root.resolve(".kakuri/dist/current")).strip();
    }

    private List<String> dists() throws IOException {
        try (var files = Files.list(root.resolve(".kakuri/dist"))) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.equals("current")).toList();
        }
    }

    private void gate() throws Exception {
        for (String name : List.of("gate", "reached")) {
            assertEquals(0, new ProcessBuilder("mkfifo", tools.resolve(name).toString()).start().waitFor());
        }
    }

    /** Returns when Maven is at the gate. */
    private void awaitReached() throws IOException {
        assertEquals("waiting\n", Files.readString(tools.resolve("reached"), StandardCharsets.UTF_8));
    }

    private void openGate() throws IOException {
        Files.writeString(tools.resolve("gate"), "go\n");
    }

    private void awaitHeld(String digest) throws Exception {
        String use = root.resolve(".kakuri/dist/" + digest + "/use").toString();
        while (new ProcessBuilder("flock", "-n", "-x", use, "true").start().waitFor() == 0) {
            Thread.onSpinWait();
        }
    }
}
