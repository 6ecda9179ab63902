package org.kakuri.tee.model.arm;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.tee.model.memory.Checker;
import org.kakuri.tee.model.memory.Decision;

/**
 * The address space controller in front of memory: one filter of a CoreLink TZC-400, with the background region and eight
 * programmable ones. A refused access gets a bus error (ACTION register = ERR).
 *
 * @rule Arm DDI 0504 (CoreLink TZC-400), regions: region 0 is always enabled, covers everything and counts only where no
 *       other region matches; overlapping enabled regions 1 and up on one filter are undefined behaviour
 *
 *       <p>
 *       Divergence: programming an overlap is refused instead of being undefined. The identities are ours: 9 for
 *       processors, as on Arm's own boards, 0 for devices that were given none. Fail status registers and interrupts are
 *       left out. The bus tells secure from non-secure only, so Root counts as secure and Realm as non-secure.
 */
public final class Tzasc implements Checker {
    /** Name of the checker, as its switch is spelled. */
    public static final String NAME = "tzasc";
    /** Highest programmable region. */
    public static final int REGIONS = 8;
    /** Non-secure identity of processors. */
    public static final int NSAID_CPU = 9;
    /** Non-secure identity of a device that was given no other. */
    public static final int NSAID_DEFAULT = 0;

    private static final long GRANULE = 4096;
    private static final String RULE = "Arm DDI 0504 (CoreLink TZC-400), region access permissions: "
            + "an access the region does not allow is failed with DECERR";

    private record Region(int number, Range range, Permissions permissions) {}

    private final AtomicReferenceArray<Region> regions = new AtomicReferenceArray<>(REGIONS + 1);
    private final Map<String, Integer> identities = new ConcurrentHashMap<>();

    /** A controller whose background region lets everybody through. */
    public Tzasc() {
        regions.set(0, new Region(0, new Range(0, Long.MAX_VALUE), Permissions.OPEN));
    }

    /** Sets what the background region allows. */
    public void background(Permissions permissions) {
        regions.set(0, new Region(0, regions.get(0).range(), permissions));
    }

    /**
     * Programs and enables a region. The caller keeps accesses out meanwhile where it matters.
     *
     * @param number 1 to 8
     * @param range whole granules of 4096 bytes
     * @throws WrongState if it overlaps another enabled region
     */
    public synchronized void region(int number, Range range, Permissions permissions) {
        require(number);
        if (range.bytes() == 0 || range.start() % GRANULE != 0 || range.bytes() % GRANULE != 0) {
            throw new IllegalArgumentException(
                    "regions are whole granules: region=%d, range=%s, granule=%d".formatted(number, range, GRANULE));
        }
        for (int other = 1; other <= REGIONS; other++) {
            Region enabled = regions.get(other);
            if (other != number && enabled != null && enabled.range.overlaps(range)) {
                throw new WrongState("TZASC regions overlap: region=%d %s, region=%d %s".formatted(number, range, other,
                        enabled.range), "what the controller then does is undefined; make them disjoint");
            }
        }
        regions.set(number, new Region(number, range, permissions));
    }

    /** Disables a region. */
    public synchronized void disable(int number) {
        require(number);
        regions.set(number, null);
    }

    /** Gives a device its identity on the bus. */
    public void identify(String device, int nsaid) {
        if (nsaid < 0 || nsaid > 15) {
            throw new IllegalArgumentException("there are 16 non-secure identities: nsaid=" + nsaid);
        }
        identities.put(device, nsaid);
    }

    private static void require(int number) {
        if (number < 1 || number > REGIONS) {
            throw new IllegalArgumentException(
                    "programmable regions are 1 to %d: region=%d".formatted(REGIONS, number));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Decision check(Actor actor, Range range, boolean write) {
        Region region = match(range.start());
        boolean secure = actor.state() == SecurityState.SECURE || actor.state() == SecurityState.ROOT;
        int nsaid = actor.device().isEmpty() ? NSAID_CPU : identities.getOrDefault(actor.device(), NSAID_DEFAULT);
        if (region.permissions.allows(secure, nsaid, write)) {
            return Decision.PASS;
        }
        return new Decision.Deny(RULE, "region=%d, %s %s, %s".formatted(region.number, secure ? "secure" : "non-secure",
                write ? "write" : "read", secure ? region.permissions : "nsaid=" + nsaid));
    }

    private Region match(long address) {
        for (int number = 1; number <= REGIONS; number++) {
            Region region = regions.get(number);
            if (region != null && region.range.contains(address)) {
                return region;
            }
        }
        return regions.get(0);
    }
}
