package org.kakuri.engine.internal.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.engine.internal.guest.Variant;
import org.kakuri.engine.internal.guest.Workload;

/** The files of the workspace, and the example of its README, are read without an error. */
@Timeout(60)
class GoodFilesTest {
    private static final Path WORKSPACE = Path.of("../../workspace").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    @Test
    void readsTheFilesOfTheWorkspace() {
        assumeTrue(Files.exists(Path.of("/usr/bin/b2sum")), "no /usr/bin/b2sum: install coreutils");
        List<ExperimentFile> files = new ExperimentFiles(WORKSPACE).all();
        assertEquals(List.of(), files.stream().flatMap(file -> file.problems().stream()).toList());
        assertEquals(List.of("demo/digest", "demo/walk"), files.stream().map(file -> file.id().orElseThrow()).toList());
    }

    @Test
    void readsTheExampleOfTheReadme() throws IOException {
        assumeTrue(Files.exists(Path.of("/usr/bin/dd")), "no /usr/bin/dd: install coreutils");
        String readme = Files.readString(WORKSPACE.resolve("experiments/README.md"));
        String example = readme.substring(readme.indexOf("```yaml\n") + 8);
        Path file = Files.writeString(folder.resolve("copy.yaml"), example.substring(0, example.indexOf("```")));
        ExperimentFile read = new ExperimentFiles(folder).read(file);
        assertEquals(List.of(), read.problems());

        Workload workload = read.experiment().orElseThrow().workload();
        ExperimentInfo info = workload.info();
        assertEquals(List.of("size", "block", "tee", "runtime"),
                info.parameters().stream().map(Parameter::name).toList());
        assertEquals(
                new Parameter("size", "bytes that are copied", Parameter.Kind.SIZE, List.of("64k", "1m"), List.of(),
                        1, 64 << 20, ""),
                info.parameters().getFirst());
        assertEquals("ms", info.unit());
        assertEquals(new ExperimentInfo.Figure("size", "small", ""), info.figure());
        assertEquals(List.of("small", "large"), workload.variants().stream().map(Variant::name).toList());
        assertEquals(java.util.Map.of("block", "65536"), workload.variants().get(1).parameters());
        assertEquals(java.util.Map.of("size", "1048576"), info.claims().getFirst().where());
    }
}
