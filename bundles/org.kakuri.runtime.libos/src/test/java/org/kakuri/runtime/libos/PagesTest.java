package org.kakuri.runtime.libos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.platform.linux.AnonymousMapping;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.image.RootView;

/** What instances hold: pages kept ready are those that would be read, private to each, and known to be unchanged only if they are. */
@Timeout(60)
class PagesTest {
    private static final int PAGE = 4096;
    private final ProgramClosure program = ProgramClosure.of(new RootView(Path.of("/")), "/bin/dash");

    private static byte[] bytes(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void pagesKeptReadyAreThoseThatAreReadAndPrivate() {
        Image read = Image.of(program);
        try (Templates templates = new Templates();
                AnonymousMapping one = AnonymousMapping.anywhere(read.bytes());
                AnonymousMapping other = AnonymousMapping.anywhere(read.bytes());
                AnonymousMapping expected = AnonymousMapping.anywhere(read.bytes())) {
            PageTemplate ready = templates.of(program).template().orElseThrow();
            read.write(expected.segment());
            ready.copy(one, 0, 0, read.bytes());
            ready.copy(other, 0, 0, read.bytes());
            assertArrayEquals(bytes(expected.segment()), bytes(one.segment()));
            one.segment().fill((byte) 7);
            assertArrayEquals(bytes(expected.segment()), bytes(other.segment()));
            assertTrue(templates.of(program) == templates.of(program));
        }
    }

    @Test
    void writtenPageIsToldFromOneThatWasOnlyRead() {
        try (Templates templates = new Templates();
                AnonymousMapping memory = AnonymousMapping.anywhere(Image.of(program).bytes() + 4 * PAGE)) {
            PageTemplate ready = templates.of(program).template().orElseThrow();
            long image = memory.size() - 4 * PAGE;
            ready.copy(memory, 0, 0, image);
            MemorySegment pages = memory.segment().asSlice(0, image);
            assertTrue(ready.unwritten(memory.segment()));
            long sum = 0;
            for (long at = 0; at < image; at += PAGE) {
                sum += pages.get(ValueLayout.JAVA_BYTE, at);
            }
            assertTrue(ready.unwritten(pages), "reading " + sum);
            pages.set(ValueLayout.JAVA_BYTE, 2 * PAGE, pages.get(ValueLayout.JAVA_BYTE, 2 * PAGE));
            assertFalse(ready.unwritten(pages));
            assertTrue(ready.unwritten(pages.asSlice(0, 2 * PAGE)));
            MemorySegment heap = memory.segment().asSlice(image);
            assertTrue(ready.unwritten(heap));
            heap.set(ValueLayout.JAVA_BYTE, 3 * PAGE, (byte) 0);
            assertFalse(ready.unwritten(heap));
        }
    }

    @Test
    void rangeOfAHeapHoldsTheProgramAndZerosWhateverWasThereBefore() {
        var none = new Image(List.of(), List.of(), Optional.empty());
        long length = program.pageBytes() + 2 * PAGE;
        try (Templates templates = new Templates();
                var memory = new InstanceMemory(none, 2 * length)) {
            memory.heap().fill((byte) 9);
            long ready = memory.load(program, Optional.of(templates.of(program)), new Range(length, length));
            assertEquals(program.pageBytes(), ready);
            assertEquals(ready, memory.load(program, Optional.empty(), new Range(0, length)));
            assertEquals(-1, memory.heap().asSlice(length, ready).mismatch(memory.heap().asSlice(0, ready)));
            assertArrayEquals(new byte[2 * PAGE], bytes(memory.heap().asSlice(length + ready)));
        }
    }

    @Test
    void codeOfALibraryOperatingSystemIsItsClassFiles() {
        byte[] code = LibOsCode.pages(LibOsSession.class);
        assertArrayEquals(code, LibOsCode.pages(LibOsSession.class));
        assertEquals(0, code.length % PAGE);
        String text = new String(code, StandardCharsets.ISO_8859_1);
        assertTrue(text.contains("org/kakuri/runtime/libos/CallRouter"));
        assertTrue(text.contains("is killed: "), "constants of classes that are reached by others");
        assertThrows(IllegalArgumentException.class, () -> new Image.Pages("half", new byte[5], Perms.R));
    }
}
