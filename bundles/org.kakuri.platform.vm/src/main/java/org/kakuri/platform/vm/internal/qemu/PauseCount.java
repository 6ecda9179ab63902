package org.kakuri.platform.vm.internal.qemu;

import java.util.concurrent.atomic.AtomicBoolean;
import org.kakuri.api.KakuriException;
import org.kakuri.api.vm.VirtualMachine;

/** Nested pauses: the first stops the CPUs, the last lets them go on. Thread-safe. */
final class PauseCount {
    private final Qmp qmp;
    private int pauses;

    PauseCount(Qmp qmp) {
        this.qmp = qmp;
    }

    synchronized VirtualMachine.Pause pause() {
        if (pauses == 0) {
            qmp.execute("{\"execute\": \"stop\"}");
        }
        pauses++;
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.getAndSet(false)) {
                resume();
            }
        };
    }

    private synchronized void resume() {
        pauses--;
        if (pauses == 0) {
            try {
                qmp.execute("{\"execute\": \"cont\"}");
            } catch (KakuriException e) {
                System.getLogger(PauseCount.class.getName())
                        .log(System.Logger.Level.WARNING, "a paused guest could not be let go on: " + e.getMessage());
            }
        }
    }

    synchronized boolean paused() {
        return pauses > 0;
    }
}
