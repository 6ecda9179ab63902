package org.kakuri.system.swap.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.LoaderWatch;
import org.kakuri.platform.linux.Pipe;

@Timeout(30)
class LeakCheckTest {
    private final List<LoaderWatch.StaleLoader> stale = new ArrayList<>();
    private final LoaderWatch loaders = new LoaderWatch() {
        @Override
        public List<StaleLoader> stale(Deadline deadline) {
            return List.copyOf(stale);
        }

        @Override
        public long collected() {
            return 0;
        }
    };

    private void holds(long id, int later) {
        stale.add(new LoaderWatch.StaleLoader("a.bundle", id, "file:a.jar", later));
    }

    @Test
    void namesAClassLoaderThatLaterOnesDidNotPushOut() {
        var check = new LeakCheck(loaders);
        holds(7, 1);
        holds(8, 0);

        assertEquals(List.of("class loader of a.bundle [7]"), check.leaks());
    }

    @Test
    void doesNotCountWhatWasStaleBefore() {
        holds(7, 1);

        assertEquals(List.of(), new LeakCheck(loaders).leaks());
    }

    @Test
    void namesDescriptorsThatAreLeftOpen() {
        var check = new LeakCheck(loaders);
        check.leaks();
        List<Pipe> left = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            left.add(Pipe.open());
        }

        List<String> leaks = check.leaks();

        left.forEach(Pipe::close);
        assertEquals(1, leaks.stream().filter(leak -> leak.startsWith("descriptors pipe: ")).count(),
                leaks.toString());
    }

    /** An MBean of a bundle that does not withdraw it. */
    public interface LeftMBean {}

    private static final class Left implements LeftMBean {}

    @Test
    void namesAnMBeanThatStaysRegistered() throws Exception {
        var check = new LeakCheck(loaders);
        check.leaks();
        var server = ManagementFactory.getPlatformMBeanServer();
        var name = new ObjectName("a.bundle:type=Left");
        server.registerMBean(new StandardMBean(new Left(), LeftMBean.class), name);

        List<String> leaks = check.leaks();

        server.unregisterMBean(name);
        assertEquals(List.of("MBean a.bundle:type=Left: 0 -> 1"), leaks);
        assertEquals(List.of(), check.leaks());
    }
}
