package org.kakuri.system.swap.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts what became of calls. Each call has a token; whoever sees the call's effect tells the token. A call that was repeated
 * because it certainly had no effect keeps its token, so that an effect after all is seen twice. Thread-safe.
 */
final class Tally {
    private static final int REMEMBERED = 20;

    private final Map<String, Call> open = new HashMap<>();
    private final List<String> reasons = new ArrayList<>();
    private long begun;
    private long done;
    private long lost;
    private long doubled;

    private static final class Call {
        private int effects;
        private boolean ended;
        private String failure;
    }

    /**
     * What was counted.
     *
     * @param done calls that were reported done and had their effect once
     * @param lost calls that were reported done and had no effect, or failed in a way that leaves open whether they had
     * @param doubled effects beyond the first of their call
     * @param reasons the first failures
     */
    record Count(long done, long lost, long doubled, List<String> reasons) {}

    /** Begins a call; returns its token, {@link TokenModule#TOKEN_BYTES} characters. */
    synchronized String begin() {
        String token = "%016x".formatted(begun++);
        open.put(token, new Call());
        return token;
    }

    /** An effect was seen. */
    synchronized void effect(String token) {
        Call call = open.get(token);
        if (call != null) {
            call.effects++;
        } else {
            doubled++;
            remember("an effect of call " + token + ", which was settled before");
        }
    }

    /** The call was reported done. */
    synchronized void done(String token) {
        open.get(token).ended = true;
    }

    /** The call failed: nobody can tell whether it had its effect. */
    synchronized void failed(String token, Throwable failure) {
        Call call = open.get(token);
        call.ended = true;
        call.failure = failure.toString();
    }

    /** Judges the calls that have ended. Called when all effects were told: later ones count as doubled. */
    synchronized Count settle() {
        open.forEach((token, call) -> {
            if (call.ended) {
                judge(token, call);
            }
        });
        open.values().removeIf(call -> call.ended);
        return new Count(done, lost, doubled, List.copyOf(reasons));
    }

    private void judge(String token, Call call) {
        if (call.failure != null) {
            lost++;
            remember("call " + token + " failed: " + call.failure);
        } else if (call.effects == 0) {
            lost++;
            remember("call " + token + " was reported done and had no effect");
        }
        if (call.effects > 1) {
            doubled += call.effects - 1;
            remember("call " + token + " had its effect " + call.effects + " times");
        }
        if (call.failure == null && call.effects == 1) {
            done++;
        }
    }

    private void remember(String reason) {
        if (reasons.size() < REMEMBERED) {
            reasons.add(reason);
        }
    }
}
