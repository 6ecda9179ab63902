package org.kakuri.system.attacks.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Range;
import org.kakuri.system.attacks.internal.verdict.Evidence;
import org.kakuri.system.attacks.internal.victim.Bytes;

/**
 * Looks for known bytes in all memory of a session, in large loads first and page by page where one is refused. Bytes that
 * lie across two loads are found too.
 */
final class Scan {
    private static final int STEP = 64 << 10;
    private static final int PAGE = 4096;

    private final RuntimeSession session;
    private final Actor actor;
    private final byte[] wanted;
    private final Optional<String> checkerOff;
    private final List<Refusal> refusals = new ArrayList<>();
    private int accesses;
    private long seen;
    private long substituted;
    private Found found;
    private byte[] tail = {};

    /**
     * A load that was refused, or that saw something else than the bytes.
     *
     * @param asked what was to be loaded
     * @param fault what the checker said
     * @param guard how the access was checked
     */
    record Refusal(Range asked, AccessFault fault, Guard guard) {}

    /**
     * Where the bytes lie.
     *
     * @param evidence place and bytes
     * @param guard how accesses to that place are checked
     */
    record Found(Evidence evidence, Guard guard) {}

    private Scan(RuntimeSession session, Actor actor, byte[] wanted, Optional<String> checkerOff) {
        this.session = session;
        this.actor = actor;
        this.wanted = wanted;
        this.checkerOff = checkerOff;
    }

    /**
     * Looks, until the bytes are found.
     *
     * @param checkerOff the one checker that is switched off meanwhile
     * @throws org.kakuri.api.Unsupported if the session has no modelled memory
     */
    static Scan of(RuntimeSession session, Actor actor, byte[] wanted, Optional<String> checkerOff) {
        Scan scan = new Scan(session, actor, wanted, checkerOff);
        for (MemoryArea area : session.memory()) {
            scan.area(area);
        }
        return scan;
    }

    private void area(MemoryArea area) {
        tail = new byte[0];
        for (long at = area.physical().start(); at < area.physical().end() && found == null; at += STEP) {
            int length = (int) Math.min(STEP, area.physical().end() - at);
            if (!load(area, at, length, length > PAGE)) {
                for (int page = 0; page < length && found == null; page += PAGE) {
                    load(area, at + page, Math.min(PAGE, length - page), false);
                }
            }
        }
    }

    private boolean load(MemoryArea area, long at, int length, boolean again) {
        HostAccess access = HostAccess.read(at, length).by(actor);
        HostAccess.Result result = session.touch(checkerOff.map(access::without).orElse(access));
        accesses++;
        switch (result.outcome()) {
        case AccessFault fault -> {
            if (!again) {
                refusals.add(new Refusal(new Range(at, length), fault, result.guard()));
            }
            tail = new byte[0];
            return false;
        }
        case Access.Granted granted -> {
            seen += length;
            substituted += granted.view() == Access.View.PLAIN ? 0 : length;
            granted.refusal().ifPresent(why -> refusals.add(new Refusal(new Range(at, length), why, result.guard())));
            search(area, at, result);
            return true;
        }
        }
    }

    private void search(MemoryArea area, long at, HostAccess.Result result) {
        byte[] bytes = Arrays.copyOf(tail, tail.length + result.bytes().length);
        System.arraycopy(result.bytes(), 0, bytes, tail.length, result.bytes().length);
        int index = Bytes.indexOf(bytes, wanted);
        if (index >= 0) {
            found = new Found(new Evidence(at - tail.length + index, area.purpose(),
                    HexFormat.of().formatHex(bytes, index, index + wanted.length), ""), result.guard());
        }
        tail = Arrays.copyOfRange(bytes, Math.max(0, bytes.length - wanted.length + 1), bytes.length);
    }

    Optional<Found> found() {
        return Optional.ofNullable(found);
    }

    List<Refusal> refusals() {
        return refusals;
    }

    /** Returns the checkers that refused, in the order they first did. */
    List<String> refusedBy() {
        return refusals.stream().map(refusal -> refusal.fault().checker()).distinct().toList();
    }

    /** Returns the refusal that covers an address. */
    Optional<Refusal> refusalAt(long address) {
        return refusals.stream().filter(refusal -> refusal.asked().contains(address)).findFirst();
    }

    /** Returns what was done, in one line. */
    String text() {
        return "%d loads, %d bytes seen%s, %d loads refused".formatted(accesses, seen,
                substituted == 0 ? "" : " (%d of them not the plain ones)".formatted(substituted), refusals.size());
    }
}
