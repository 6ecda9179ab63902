package org.kakuri.engine.internal.command;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.kakuri.engine.ProgressListener;

/** One line on a terminal that tells how far a run is; nothing where there is no terminal. */
final class ProgressBar implements ProgressListener, AutoCloseable {
    private static final int CELLS = 24;
    private static final int WIDTH = 118;

    private final PrintStream terminal;

    ProgressBar() {
        var console = System.console();
        terminal = console != null && console.isTerminal()
                ? new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8)
                : null;
    }

    @Override
    public synchronized void progress(Progress progress) {
        if (terminal == null) {
            return;
        }
        int full = progress.total() == 0 ? 0 : CELLS * progress.done() / progress.total();
        String line = "%s [%s%s] %d/%d %s%s".formatted(progress.experiment(), "#".repeat(full),
                ".".repeat(CELLS - full), progress.done(), progress.total(), progress.where(),
                progress.left().map(left -> ", " + seconds(left) + " left").orElse(""));
        terminal.print("\r\033[K" + line.substring(0, Math.min(WIDTH, line.length())));
        terminal.flush();
    }

    private static String seconds(Duration left) {
        return left.toSeconds() < 90 ? left.toSeconds() + " s" : left.toMinutes() + " min";
    }

    /** Removes the line; the stream stays open, since it is the process's standard error. */
    @Override
    public synchronized void close() {
        if (terminal != null) {
            terminal.print("\r\033[K");
            terminal.flush();
        }
    }
}
