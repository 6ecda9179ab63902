package org.kakuri.system.tzmediator.internal.ta;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.KakuriException;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdPassing;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.ReleasedTask;
import org.kakuri.platform.linux.SocketCalls;
import org.kakuri.platform.linux.UnixListener;
import org.kakuri.platform.linux.WakeFd;
import org.kakuri.system.tzmediator.shadow.Frame;
import org.kakuri.system.tzmediator.shadow.Launch;

/** Starts the TAs that shadow processes of the same user ask for, each on a thread of its own. Thread-safe. */
final class TaServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TaService.class.getName());
    private static final Duration ENDING = Duration.ofSeconds(10);
    private static final long LOOK_MILLIS = 1_000;
    private static final int MOST_BETRAYED = 16;

    private final Workbench workbench;
    private final TaRegistry registry;
    private final Runnable whenIdle;
    private final Path socket;
    private final UnixListener listener;
    private final WakeFd wake = WakeFd.create();
    private final int uid;
    private final PreparedWorlds worlds;
    private final ShadowPool pool = new ShadowPool();
    private final Set<TaRun> runs = ConcurrentHashMap.newKeySet();
    private final Deque<RunningTa> betrayed = new ArrayDeque<>();
    private final Set<Fd> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Thread accepting;
    private final long idleNanos;
    private volatile boolean stopping;
    private volatile long lastUsed = System.nanoTime();

    /**
     * Listens from now on.
     *
     * @param socket where
     * @param idle how long nothing may happen before {@code whenIdle} is called; zero for ever
     * @throws IOException if this process cannot tell whose it is
     */
    TaServer(Workbench workbench, TaRegistry registry, Path socket, Duration idle, Runnable whenIdle)
            throws IOException {
        this.workbench = workbench;
        this.worlds = new PreparedWorlds(workbench);
        this.registry = registry;
        this.whenIdle = whenIdle;
        this.uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        this.idleNanos = idle.toNanos();
        this.socket = socket;
        this.listener = UnixListener.listen(socket);
        this.accepting = new Thread(new ReleasedTask(this::accept), "TA requests");
        accepting.setDaemon(true);
        accepting.start();
    }

    private void accept() {
        PollSet set = new PollSet(2);
        set.add(listener.fd(), PollSet.IN);
        set.add(wake.fd(), PollSet.IN);
        while (!stopping) {
            set.poll(idleNanos == 0 ? -1 : LOOK_MILLIS);
            if (stopping) {
                return;
            }
            if (set.ready(0) != 0) {
                listener.accept().ifPresent(this::serve);
            } else if (idle()) {
                LOG.log(System.Logger.Level.INFO, "no TA ran for {0} s", idleNanos / 1_000_000_000);
                whenIdle.run();
                return;
            }
        }
    }

    private boolean idle() {
        if (!runs.isEmpty() || workbench.leases().size() > worlds.size()) {
            lastUsed = System.nanoTime();
        }
        return idleNanos > 0 && System.nanoTime() - lastUsed > idleNanos;
    }

    private void serve(Fd connection) {
        lastUsed = System.nanoTime();
        Thread thread = new Thread(new ReleasedTask(() -> request(connection)), "TA request");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void request(Fd connection) {
        try {
            UnixListener.Peer peer = UnixListener.peer(connection);
            if (peer.uid() != uid) {
                TaEnd.notStarted("this workbench belongs to user %d; user %d may not use it".formatted(uid, peer.uid()))
                        .frame()
                        .send(connection);
                return;
            }
            waiting.add(connection);
            Optional<Frame> frame = Frame.receive(connection, FdPassing.MAX_DESCRIPTORS);
            waiting.remove(connection);
            if (frame.isPresent()) {
                try (Frame asked = frame.get()) {
                    start(connection, peer, asked);
                }
            }
        } catch (NativeException | IllegalArgumentException hostileOrGone) {
            LOG.log(System.Logger.Level.DEBUG, "a request for a TA came to nothing", hostileOrGone);
        } finally {
            waiting.remove(connection);
            connection.close();
            threads.remove(Thread.currentThread());
            lastUsed = System.nanoTime();
        }
    }

    private void start(Fd connection, UnixListener.Peer peer, Frame frame) {
        Launch launch;
        try {
            launch = Launch.of(frame.words());
        } catch (IllegalArgumentException e) {
            TaEnd.notStarted(e.getMessage()).frame().send(connection);
            return;
        }
        boolean pooled = frame.kind() == Frame.Kind.START_POOLED;
        if (pooled ? frame.descriptors().size() != launch.descriptors().size() : frame.kind() != Frame.Kind.START) {
            TaEnd.notStarted("descriptors are missing, or this asks for nothing: " + frame.kind())
                    .frame()
                    .send(connection);
            return;
        }
        try (TaRun run = new TaRun(pooled ? new PooledShadow(pool.take(), connection, peer, frame.descriptors())
                : new StartedShadow(connection, peer), registry, worlds)) {
            if (pooled) {
                pool.refill();
            }
            runs.add(run);
            try {
                if (!stopping) {
                    run.run(launch);
                }
            } finally {
                runs.remove(run);
                run.betrayed().ifPresent(this::remember);
            }
        }
    }

    private void remember(RunningTa ended) {
        synchronized (betrayed) {
            if (betrayed.size() == MOST_BETRAYED) {
                betrayed.removeFirst();
            }
            betrayed.add(ended);
        }
    }

    /** Returns the TAs that run, by shadow, then the last ones that were ended because their shadow lied. */
    List<RunningTa> running() {
        List<RunningTa> all = new ArrayList<>(runs.stream()
                .flatMap(run -> run.shown().stream())
                .sorted(Comparator.comparingInt(RunningTa::shadow))
                .toList());
        synchronized (betrayed) {
            all.addAll(betrayed);
        }
        return all;
    }

    /**
     * Kills a TA and its shadow.
     *
     * @param shadow
     *            number of the shadow process
     *
     * @return what was killed
     *
     * @throws UsageError
     *             if no TA has that shadow
     */
    RunningTa kill(int shadow) {
        for (TaRun run : runs) {
            Optional<RunningTa> shown = run.shown();
            if (shown.isPresent() && shown.get().shadow() == shadow) {
                run.kill();
                return shown.get();
            }
        }
        throw new UsageError("no TA has the shadow process " + shadow, "tz:ps lists those that run");
    }

    /** Ends all TAs and listens no more. */
    @Override
    public void close() {
        if (stopping) {
            return;
        }
        stopping = true;
        wake.wake();
        join(accepting);
        listener.close();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new KakuriException("cannot delete " + socket + ": " + e.getMessage(), "", e);
        } finally {
            waiting.forEach(TaServer::hangUp);
            runs.forEach(TaRun::kill);
            List.copyOf(threads).forEach(TaServer::join);
            worlds.close();
            pool.close();
            wake.close();
        }
    }

    private static void hangUp(Fd connection) {
        try {
            SocketCalls.shutdownRaw(connection.number(), SocketCalls.SHUT_RDWR);
        } catch (IllegalStateException closedMeanwhile) {
            LOG.log(System.Logger.Level.DEBUG, "it hung up by itself", closedMeanwhile);
        }
    }

    private static void join(Thread thread) {
        try {
            if (thread != Thread.currentThread() && !thread.join(ENDING)) {
                LOG.log(System.Logger.Level.WARNING, "{0} does not end", thread.getName());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
