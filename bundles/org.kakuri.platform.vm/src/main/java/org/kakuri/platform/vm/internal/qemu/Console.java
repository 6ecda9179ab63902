package org.kakuri.platform.vm.internal.qemu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;

/** The guest's serial line: what it wrote, and a shell behind it that reads commands. Thread-safe. */
final class Console implements AutoCloseable {
    private static final int KEPT = 1 << 20;
    /** A terminal in canonical mode takes no longer line. */
    private static final int LONGEST_LINE = 3900;

    private final Lines lines;
    private final String name;
    private final Thread reader;
    private final StringBuilder text = new StringBuilder();
    private final Object running = new Object();
    private long dropped;
    private boolean ended;
    private int commands;

    Console(Lines lines, String name) {
        this.lines = lines;
        this.name = name;
        this.reader = Thread.ofPlatform().daemon().name("kakuri-console-" + name).start(this::read);
    }

    String text() {
        synchronized (text) {
            return text.toString();
        }
    }

    /** Waits until a marker was written; false if the time is over or the line has ended before. */
    boolean await(String marker, Deadline deadline) {
        return await(marker, 0, deadline) >= 0;
    }

    /** Returns the position (from the first byte ever written) of the marker, -1 if it does not come. */
    private long await(String marker, long from, Deadline deadline) {
        synchronized (text) {
            while (true) {
                int at = text.indexOf(marker, (int) Math.max(0, from - dropped));
                if (at >= 0) {
                    return at + dropped;
                }
                long left = deadline.remaining().toMillis();
                if (left == 0 || ended) {
                    return -1;
                }
                try {
                    text.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new KakuriException("interrupted while waiting for guest " + name, "", e);
                }
            }
        }
    }

    String run(String command, Duration timeout) {
        synchronized (running) {
            String marker = "kakuri-" + (++commands) + "-";
            // The marker is written in two parts, so that an echo of the command would not be taken for it.
            String line = "{ %s\n} </dev/null 2>&1; echo; echo kakuri-'%d-'$?-end\n".formatted(command, commands);
            if (line.lines().anyMatch(one -> one.length() > LONGEST_LINE)) {
                throw new Refused("a line of more than %d characters for the console of %s".formatted(LONGEST_LINE,
                        name), "put it into a file of the guest: GuestSpec.files");
            }
            long from = position();
            send(line.replace("\n}", "; }"));
            long end = await("\n" + marker, from, Deadline.in(timeout));
            if (end < 0) {
                throw new KakuriException("guest %s has not ended this in %d ms: %s".formatted(name,
                        timeout.toMillis(), command), "vm:console " + name + " shows what it wrote");
            }
            await("-end\n", end + marker.length(), Deadline.in(timeout));
            synchronized (text) {
                int start = (int) Math.max(0, from - dropped);
                return text.substring(start, Math.max(start, (int) (end - dropped)));
            }
        }
    }

    private long position() {
        synchronized (text) {
            return dropped + text.length();
        }
    }

    void send(String line) {
        try {
            lines.write(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new KakuriException("the console of %s takes nothing: %s".formatted(name, e.getMessage()),
                    "has the guest ended? see vm:list", e);
        }
    }

    private void read() {
        byte[] buffer = new byte[4096];
        try {
            for (int n = lines.read(buffer); n > 0; n = lines.read(buffer)) {
                take(new String(buffer, 0, n, StandardCharsets.ISO_8859_1).replace("\r", ""));
            }
        } catch (IOException e) {
            System.getLogger(Console.class.getName()).log(System.Logger.Level.DEBUG, "console ended: " + name, e);
        } finally {
            synchronized (text) {
                ended = true;
                text.notifyAll();
            }
        }
    }

    private void take(String more) {
        synchronized (text) {
            text.append(more);
            int over = text.length() - KEPT;
            if (over > 0) {
                text.delete(0, over);
                dropped += over;
            }
            text.notifyAll();
        }
    }

    @Override
    public void close() {
        lines.close();
        try {
            reader.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
