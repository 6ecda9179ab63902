package org.kakuri.system.tzmediator.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.KakuriException;

@Timeout(30)
class CaProgramsTest {
    private final GuestFiles files = new GuestFiles(Path.of("../../workspace"));

    @TempDir
    private Path temporary;

    private Path compiler(String script) throws IOException {
        Path compiler = temporary.resolve("cc");
        Files.writeString(compiler, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(compiler, PosixFilePermissions.fromString("rwxr-xr-x"));
        return compiler;
    }

    private CaPrograms programs() {
        return new CaPrograms(temporary.resolve("cache"), temporary.toString());
    }

    private String cached() throws IOException {
        try (Stream<Path> kept = Files.list(temporary.resolve("cache/guests"))) {
            return String.join(" ",
                    kept.map(p -> p.getFileName().toString().replaceFirst("-[0-9a-f]{16}$", "")).toList());
        }
    }

    @Test
    void takesJavaAndSaysSoWhereThereIsNoCompiler() {
        CaProgram program = programs().find(files);
        assertEquals("plain Java program (no C compiler here)", program.title());
        assertEquals("java " + Runtime.version(), program.tool());
    }

    @Test
    void compilesOnceAndKeepsTheProgram() throws IOException {
        compiler("""
                echo call >>"$0.log"
                [ "$1" = --version ] && echo 'tiny cc 1.0' && exit
                printf '#!/bin/sh\\n' >"$3"; chmod +x "$3"
                """);
        CaProgram first = programs().find(files);
        CaProgram again = programs().find(files);
        assertEquals(first, again);
        assertEquals("tiny cc 1.0", first.tool());
        assertTrue(Files.isExecutable(first.executable()), first::toString);
        assertEquals(3, Files.readAllLines(temporary.resolve("cc.log")).size(), "two versions, one compilation");
        assertEquals("ca", cached());
    }

    @Test
    void compilesAgainForAnotherCompiler() throws IOException {
        String script = """
                [ "$1" = --version ] && echo 'tiny cc %s' && exit
                printf '#!/bin/sh\\n' >"$3"; chmod +x "$3"
                """;
        compiler(script.formatted("1.0"));
        Path first = programs().find(files).executable();
        compiler(script.formatted("2.0"));
        assertTrue(!first.equals(programs().find(files).executable()), first::toString);
    }

    @Test
    void quotesACompilerThatFails() throws IOException {
        Path compiler = compiler(
                "[ \"$1\" = --version ] && echo 'tiny cc 1.0' && exit\necho 'no stdio.h' >&2; exit 1\n");
        KakuriException e = assertThrows(KakuriException.class, () -> programs().find(files));
        assertEquals(compiler + " could not compile " + files.folder().resolve("ca.c")
                + ": exited(1); it said: no stdio.h", e.getMessage());
        assertEquals("repair or remove the compiler; without one a Java program plays the CA", e.remedy());
        assertEquals("", cached());
    }
}
