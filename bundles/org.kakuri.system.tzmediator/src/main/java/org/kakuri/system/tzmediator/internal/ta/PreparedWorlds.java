package org.kakuri.system.tzmediator.internal.ta;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.platform.linux.ReleasedTask;

/** Places in the secure world opened beforehand, for TAs registered so, from their first start on. Thread-safe. */
final class PreparedWorlds implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PreparedWorlds.class.getName());
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration ENDING = Duration.ofSeconds(10);

    private final Workbench workbench;
    private final Map<String, List<World>> ready = new HashMap<>();
    /** How many threads prepare for a TA, by its name. */
    private final Map<String, Integer> underWay = new HashMap<>();
    private final Set<Thread> preparing = ConcurrentHashMap.newKeySet();
    private boolean closed;

    PreparedWorlds(Workbench workbench) {
        this.workbench = workbench;
    }

    /** Returns one that was prepared, or one whose session is still to be opened. Lets go of all that have died. */
    World take(TaSpec spec) {
        dead().forEach(World::close);
        for (World world = poll(spec.name()); world != null; world = poll(spec.name())) {
            if (world.serves(spec)) {
                return world;
            }
            world.close();
        }
        return new World(spec, workbench, Deadline.in(LEASE));
    }

    private List<World> dead() {
        List<World> dead = new ArrayList<>();
        List<World> all = new ArrayList<>();
        synchronized (this) {
            ready.values().forEach(all::addAll);
        }
        for (World world : all) {
            if (!world.alive()) {
                synchronized (this) {
                    ready.values().forEach(worlds -> {
                        if (worlds.remove(world)) {
                            dead.add(world);
                        }
                    });
                }
            }
        }
        return dead;
    }

    /** Waits for one that is being prepared: it is further than one that would be opened now. */
    private synchronized World poll(String name) {
        try {
            while (!closed && ready.getOrDefault(name, List.of()).isEmpty() && underWay.containsKey(name)) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<World> worlds = ready.getOrDefault(name, List.of());
        return worlds.isEmpty() ? null : worlds.removeFirst();
    }

    private synchronized void underWay(String name, int more) {
        underWay.merge(name, more, (before, added) -> before + added == 0 ? null : before + added);
        notifyAll();
    }

    /** Prepares as many as are wanted for the next starts. Returns at once. */
    void refill(TaSpec spec) {
        if (missing(spec) <= 0) {
            return;
        }
        underWay(spec.name(), 1);
        Thread thread = new Thread(new ReleasedTask(() -> {
            try {
                while (missing(spec) > 0) {
                    World world = new World(spec, workbench, Deadline.in(LEASE));
                    keep(spec, world);
                }
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "nothing was prepared for TA {0}: {1}", spec.name(),
                        e.getMessage());
            } finally {
                underWay(spec.name(), -1);
                preparing.remove(Thread.currentThread());
            }
        }), "prepares TA " + spec.name());
        thread.setDaemon(true);
        preparing.add(thread);
        thread.start();
    }

    private void keep(TaSpec spec, World world) {
        boolean kept = false;
        try {
            world.session();
            synchronized (this) {
                kept = !closed && ready.computeIfAbsent(spec.name(), _ -> new ArrayList<>()).add(world);
                notifyAll();
            }
        } finally {
            if (!kept) {
                world.close();
            }
        }
    }

    private synchronized int missing(TaSpec spec) {
        return closed ? 0 : spec.prepared() - ready.getOrDefault(spec.name(), List.of()).size();
    }

    /** Returns how many wait. */
    synchronized int size() {
        return ready.values().stream().mapToInt(List::size).sum();
    }

    @Override
    public void close() {
        List<World> left = new ArrayList<>();
        synchronized (this) {
            closed = true;
            notifyAll();
            ready.values().forEach(left::addAll);
            ready.clear();
        }
        left.forEach(World::close);
        for (Thread thread : preparing) {
            try {
                thread.join(ENDING);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
