package org.kakuri.system.tzmediator.internal.process;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.SessionSpec.Waiting;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.ring.WaitPolicy;

/**
 * Which CPU each side stays on and how it waits. A side spins only while whoever it waits for has a CPU of its own: a spinning
 * thread keeps its neighbour from answering.
 * <table border="1">
 * <caption>CPUs, as positions among those allowed</caption>
 * <tr><th>placement</th><th>client</th><th>peer</th><th>shadow</th><th>TA, polling</th><th>TA, RPC</th></tr>
 * <tr><td>same-core</td><td>0</td><td>0</td><td>0</td><td>1</td><td>0</td></tr>
 * <tr><td>split</td><td>0</td><td>1</td><td>1</td><td>2, or 0 where there are two</td><td>1</td></tr>
 * <tr><td>any, shared memory</td><td>0</td><td>1</td><td>0, asleep</td><td>1</td><td>-</td></tr>
 * </table>
 *
 * @param client of the client application
 * @param partner of whoever holds the other ends of its descriptors: the peer or the shadow process
 * @param trusted of the TA; -1 for the baseline, which has none
 * @param shadowWaiting how the shadow process waits for requests
 * @param trustedWaiting how the TA waits for answers
 */
public record CpuPlan(int client, int partner, int trusted, WaitPolicy shadowWaiting, Waiting trustedWaiting) {
    /** Both sides within reach of each other on one CPU, the polling TA on its own: the placement that is compared. */
    public static final String SAME_CORE = "same-core";
    /** The client on one CPU, its partner on another. */
    public static final String SPLIT = "split";

    private static final int OWN_CPU_SPINS = 20_000;
    /**
     * As many: to wake a thread on a CPU that fell idle takes longer than most calls. Nobody else of ours wants the shadow's CPU,
     * since the CA that shares it waits for the answer that the shadow waits for.
     */
    private static final int SHADOW_SPINS = 20_000;
    private static final int YIELDS = 10;

    /** Returns the plan of the baseline. */
    public static CpuPlan baseline(String placement, int... allowed) {
        int partner = placement.equals(SPLIT) ? second(placement, "the peer", allowed) : allowed[0];
        return new CpuPlan(allowed[0], partner, -1, WaitPolicy.SLEEP_ONLY, new Waiting(0, 0));
    }

    /**
     * Returns the plan of a TA behind a shadow process.
     *
     * @throws Unsupported if this process may not use CPUs enough
     */
    public static CpuPlan mediated(String placement, CallStyle style, int... allowed) {
        int partner = placement.equals(SPLIT) ? second(placement, "the shadow process", allowed) : allowed[0];
        if (style == CallStyle.RPC) {
            return new CpuPlan(allowed[0], partner, partner, WaitPolicy.ONE_YIELD, new Waiting(0, 1));
        }
        if (placement.equals(SPLIT) && allowed.length < 3) {
            return new CpuPlan(allowed[0], partner, allowed[0], new WaitPolicy(SHADOW_SPINS, YIELDS, true),
                    new Waiting(0, YIELDS));
        }
        int own = placement.equals(SPLIT) ? allowed[2] : second(placement, "a polling TA", allowed);
        return new CpuPlan(allowed[0], partner, own, new WaitPolicy(SHADOW_SPINS, YIELDS, true),
                new Waiting(OWN_CPU_SPINS, YIELDS));
    }

    /** Returns the plan of a peer that shares memory with the client: each spins, so each has a CPU. */
    public static CpuPlan sharingBaseline(int... allowed) {
        int own = second("shared memory", "the peer", allowed);
        return new CpuPlan(allowed[0], own, -1, WaitPolicy.SLEEP_ONLY, new Waiting(0, 0));
    }

    /** Returns the plan of a TA that shares memory with the client. */
    public static CpuPlan sharing(int... allowed) {
        int own = second("shared memory", "the TA", allowed);
        return new CpuPlan(allowed[0], allowed[0], own, WaitPolicy.ONE_YIELD, new Waiting(0, 1));
    }

    private static int second(String placement, String who, int... allowed) {
        if (allowed.length < 2) {
            throw new Unsupported("placement=%s needs a second CPU for %s; this process may use only CPU %s".formatted(
                    placement, who, IntStream.of(allowed).boxed().toList()), "allow it more CPUs (taskset, cpuset)");
        }
        return allowed[1];
    }

    /** Returns the TA's CPU as sessions take it. */
    public Optional<Integer> trustedCpu() {
        return trusted < 0 ? Optional.empty() : Optional.of(trusted);
    }

    /** Returns the plan as results record it: {@code CA 0, shadow 0, TA 1}. */
    public String text() {
        List<String> sides = trusted < 0
                ? List.of("CA " + client, "peer " + partner)
                : List.of("CA " + client, "shadow " + partner, "TA " + trusted);
        return String.join(", ", sides);
    }
}
