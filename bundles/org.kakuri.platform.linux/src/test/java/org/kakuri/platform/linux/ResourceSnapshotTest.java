package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.platform.linux.ResourceSnapshot.Growth;
import org.kakuri.platform.linux.ResourceSnapshot.Tolerance;

@Timeout(30)
class ResourceSnapshotTest {
    private static final Tolerance JVM = new Tolerance(0, 0, 1000, 1L << 40);
    private static final Tolerance ANY = new Tolerance(1000, 1000, 1000, 1L << 40);
    private static final long MIB = 1 << 20;

    private static List<String> names(ResourceSnapshot before) {
        return before.growthTo(ResourceSnapshot.now(), JVM).stream().map(Growth::what).toList();
    }

    @Test
    void namesDescriptorsThatWereLeftOpen() {
        ResourceSnapshot before = ResourceSnapshot.now();
        try (Pipe _ = Pipe.open(); MemFd _ = MemFd.create("left", MIB)) {
            assertTrue(names(before).containsAll(List.of("descriptors pipe", "descriptors memfd")),
                    names(before).toString());
        }
        assertTrue(names(before).stream().noneMatch(name -> name.startsWith("descriptors")), names(before).toString());
    }

    @Test
    void namesThreadsByGroup() throws InterruptedException {
        ResourceSnapshot before = ResourceSnapshot.now();
        var end = new CountDownLatch(1);
        List<Thread> threads = List.of(Thread.ofPlatform().name("left-1").start(() -> await(end)),
                Thread.ofPlatform().name("left-22").start(() -> await(end)));
        try {
            assertTrue(before.growthTo(ResourceSnapshot.now(), JVM).contains(new Growth("threads left-#", 0, 2)));
        } finally {
            end.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertTrue(!names(before).contains("threads left-#"));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void namesAChildThatLives() {
        ResourceSnapshot before = ResourceSnapshot.now();
        try (ChildProcess child = Spawn.program(Path.of("/bin/sleep")).arguments(List.of("60")).start()) {
            assertTrue(names(before).stream().anyMatch(name -> name.startsWith("child " + child.pid() + " ")),
                    names(before).toString());
        }
        assertTrue(names(before).stream().noneMatch(name -> name.startsWith("child ")), names(before).toString());
    }

    /** What an MBean that is registered does not matter here. */
    public interface LeftMBean {}

    private static final class Left implements LeftMBean {}

    @Test
    void namesMBeansThatStayRegistered() throws Exception {
        ResourceSnapshot before = ResourceSnapshot.now();
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("org.kakuri.test:type=Left,name=one");
        server.registerMBean(new StandardMBean(new Left(), LeftMBean.class), name);
        try {
            assertEquals(List.of(new Growth("MBean org.kakuri.test:name=one,type=Left", 0, 1)),
                    before.growthTo(ResourceSnapshot.now(), ANY));
        } finally {
            server.unregisterMBean(name);
        }
        assertEquals(List.of(), before.growthTo(ResourceSnapshot.now(), ANY));
    }

    @Test
    void doesNotNameWhatTheJvmRegisters() {
        ManagementFactory.getPlatformMBeanServer();

        assertEquals(Map.of(), ResourceSnapshot.now().mbeans());
    }

    @Test
    void countsMappedBytes() {
        ResourceSnapshot before = ResourceSnapshot.now();
        try (AnonymousMapping _ = AnonymousMapping.anywhere(4096 * MIB)) {
            var tolerance = new Tolerance(1000, 1000, 1000, 2048 * MIB);
            assertEquals(List.of("mapped bytes"),
                    before.growthTo(ResourceSnapshot.now(), tolerance).stream().map(Growth::what).toList());
        }
    }

    @Test
    void toleratesWhatItIsToldToAndNoMore() {
        var before = new ResourceSnapshot(Map.of("a", 1), Map.of("pipe", 2), 10, 100, Map.of(7, "old"),
                Map.of("a:type=B", 1));
        var later = new ResourceSnapshot(Map.of("a", 3), Map.of("pipe", 4), 12, 102, Map.of(7, "old"),
                Map.of("a:type=B", 1));

        assertEquals(List.of(), before.growthTo(later, new Tolerance(2, 2, 2, 2)));
        assertEquals(List.of(new Growth("threads a", 1, 3), new Growth("descriptors pipe", 2, 4),
                new Growth("mappings", 10, 12), new Growth("mapped bytes", 100, 102)),
                before.growthTo(later, new Tolerance(1, 1, 1, 1)));
        assertEquals(List.of(), later.growthTo(before, Tolerance.NONE));
    }

    @Test
    void tellsKindsApart() {
        assertEquals("pipe", ResourceSnapshot.kind("pipe:[12]"));
        assertEquals("socket", ResourceSnapshot.kind("socket:[12]"));
        assertEquals("eventfd", ResourceSnapshot.kind("anon_inode:[eventfd]"));
        assertEquals("memfd", ResourceSnapshot.kind("/memfd:x (deleted)"));
        assertEquals("device", ResourceSnapshot.kind("/dev/null"));
        assertEquals("file", ResourceSnapshot.kind("/etc/hosts"));
    }

    @Test
    void refusesNegativeTolerances() {
        assertEquals("a tolerance is not negative: threads=0, descriptors=-1, mappings=0, mappedBytes=0",
                assertThrows(IllegalArgumentException.class, () -> new Tolerance(0, -1, 0, 0)).getMessage());
    }
}
