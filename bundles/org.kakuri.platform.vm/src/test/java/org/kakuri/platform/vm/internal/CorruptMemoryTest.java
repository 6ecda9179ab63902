package org.kakuri.platform.vm.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.KakuriException;
import org.kakuri.api.vm.GuestMemory;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.platform.vm.internal.memory.MappedMemory;

/** A thousand damaged images of a real guest: each is looked through in bounded time, or refused with a reason. */
@Timeout(280)
class CorruptMemoryTest {
    private static final int IMAGES = 1000;
    private static final int PAGE = GuestMemory.PAGE;
    /** Far above what any image took; a walk that does not end would take for ever. */
    private static final long BOUND_NANOS = 20_000_000_000L;

    @TempDir
    Path folder;

    /** Notes which pages a look through the guest touches, so that the damage hits those. */
    private static final class Noting implements GuestMemory {
        private final GuestMemory memory;
        private final Set<Long> pages = new TreeSet<>();

        private Noting(GuestMemory memory) {
            this.memory = memory;
        }

        private long note(long physical) {
            pages.add(physical / PAGE);
            return physical;
        }

        @Override
        public long end() {
            return memory.end();
        }

        @Override
        public boolean contains(long physical, long bytes) {
            return memory.contains(physical, bytes);
        }

        @Override
        public void read(long physical, byte[] to, int at, int length) {
            memory.read(note(physical), to, at, length);
        }

        @Override
        public long readLong(long physical) {
            return memory.readLong(note(physical));
        }

        @Override
        public int readInt(long physical) {
            return memory.readInt(note(physical));
        }

        @Override
        public short readShort(long physical) {
            return memory.readShort(note(physical));
        }

        @Override
        public byte readByte(long physical) {
            return memory.readByte(note(physical));
        }
    }

    private static void lookThrough(GuestSystem system) {
        system.kernel();
        for (GuestTask task : system.tasks().rows()) {
            system.arguments(task);
            system.environment(task);
            system.paths(task);
            system.files(task);
        }
        system.sockets();
        system.mounts();
        system.modules();
        system.totals();
        system.list("/");
        system.content("/etc/passwd", 1 << 16);
    }

    @Test
    void everyImageIsReadOrRefusedInBoundedTime() throws Exception {
        Qemu.needed();
        Path file = folder.resolve("memory");
        VmShelf shelf = new VmShelf();
        try (VirtualMachine guest = shelf.start(Qemu.spec("victim").withKernel(Qemu.oldest()).withBytes(96L << 20))) {
            guest.record(file);
        } finally {
            shelf.close();
        }
        byte[] original = Files.readAllBytes(file);
        MemorySegment image = MemorySegment.ofArray(original.clone());
        GuestMemory memory = MappedMemory.of(image, 0);
        Introspector introspector = new Introspector();
        Noting noting = new Noting(memory);
        GuestSystem intact = introspector.inspect(noting, Qemu.oldest());
        long direct = intact.kernel().pageOffset();
        noting.pages.clear();
        lookThrough(intact);
        List<Long> pages = new ArrayList<>(noting.pages);
        Random random = new Random(6);
        int read = 0;
        for (int number = 0; number < IMAGES; number++) {
            List<Long> damaged = damage(image, pages, direct, random);
            long start = System.nanoTime();
            try {
                lookThrough(introspector.inspect(memory, Qemu.oldest()));
                read++;
            } catch (KakuriException reason) {
                assertTrue(reason.getMessage().length() > 10);
            } catch (RuntimeException | StackOverflowError crash) {
                fail("image " + number, crash);
            }
            long took = System.nanoTime() - start;
            assertTrue(took < BOUND_NANOS, "image %d took %d ms".formatted(number, took / 1_000_000));
            for (long page : damaged) {
                MemorySegment.copy(original, (int) page * PAGE, image, ValueLayout.JAVA_BYTE, page * PAGE, PAGE);
            }
        }
        assertTrue(read > IMAGES / 2, "only %d of %d could be read at all".formatted(read, IMAGES));
    }

    /** Overwrites pointers by zeros, noise, other pointers, or a page by noise. */
    private static List<Long> damage(MemorySegment image, List<Long> pages, long direct, Random random) {
        List<Long> damaged = new ArrayList<>();
        for (int i = random.nextInt(60); i >= 0; i--) {
            long page = pages.get(random.nextInt(pages.size()));
            damaged.add(page);
            int kind = random.nextInt(6);
            long at = page * PAGE + 8 * random.nextInt(512);
            long value = switch (kind) {
            case 0 -> 0;
            case 1 -> direct + pages.get(random.nextInt(pages.size())) * PAGE + 8 * random.nextInt(512);
            case 2 -> image.get(ValueLayout.JAVA_LONG_UNALIGNED, page * PAGE + 8 * random.nextInt(512));
            case 3 -> -1L >>> random.nextInt(64);
            default -> random.nextLong();
            };
            image.set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
            for (int word = 0; kind == 5 && word < 512; word++) {
                image.set(ValueLayout.JAVA_LONG_UNALIGNED, page * PAGE + 8 * word, random.nextLong());
            }
        }
        return damaged;
    }
}
