package org.kakuri.platform.vm.internal.qemu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.kakuri.api.KakuriException;

/**
 * QEMU's machine protocol (docs/interop/qmp-spec): one JSON object a line. One command at a time; events are dropped. A thread
 * of its own reads, so that a QEMU that does not answer costs a timeout and no more.
 */
final class Qmp implements AutoCloseable {
    private static final int LONGEST = 1 << 20;
    private static final String END = "";

    private final Lines lines;
    private final Duration patience;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Thread reader;

    private Qmp(Lines lines, String name, Duration patience) {
        this.lines = lines;
        this.patience = patience;
        this.reader = Thread.ofPlatform().daemon().name("kakuri-qmp-" + name).unstarted(this::read);
    }

    /** Greets QEMU. Owns the lines, also if that fails. */
    static Qmp open(Lines lines, String name, Duration patience) {
        Qmp qmp = new Qmp(lines, name, patience);
        qmp.reader.start();
        try {
            qmp.execute("{\"execute\": \"qmp_capabilities\"}");
            return qmp;
        } catch (RuntimeException e) {
            qmp.close();
            throw e;
        }
    }

    /**
     * Executes a command and returns the line it answers with.
     *
     * @throws KakuriException if QEMU refuses, has gone or does not answer
     */
    synchronized String execute(String command) {
        answers.removeIf(late -> !late.equals(END));
        try {
            lines.write((command + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new KakuriException("QEMU takes no command: " + e.getMessage(), "has the guest ended? see vm:list",
                    e);
        }
        String answer = next();
        if (answer.startsWith("{\"error\"")) {
            throw new KakuriException("QEMU refused " + command + ": " + answer, "");
        }
        return answer;
    }

    private String next() {
        try {
            String answer = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (answer == null) {
                throw new KakuriException("QEMU did not answer within %d ms".formatted(patience.toMillis()),
                        "does something else hold its QMP socket? it serves one client at a time");
            }
            if (answer.equals(END)) {
                answers.add(END);
                throw new KakuriException("QEMU has closed its QMP connection", "has the guest ended? see vm:list");
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KakuriException("interrupted while QEMU was to answer", "", e);
        }
    }

    private void read() {
        byte[] buffer = new byte[4096];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int n = lines.read(buffer); n > 0; n = lines.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    if (buffer[i] == '\n') {
                        take(line.toString(StandardCharsets.UTF_8).strip());
                        line.reset();
                    } else if (line.size() < LONGEST) {
                        line.write(buffer[i]);
                    }
                }
            }
        } catch (IOException e) {
            System.getLogger(Qmp.class.getName()).log(System.Logger.Level.DEBUG, "QMP connection ended", e);
        } finally {
            answers.add(END);
        }
    }

    private void take(String line) {
        if (line.startsWith("{\"return\"") || line.startsWith("{\"error\"")) {
            answers.add(line);
        }
    }

    @Override
    public void close() {
        lines.close();
        reader.interrupt();
        try {
            reader.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
