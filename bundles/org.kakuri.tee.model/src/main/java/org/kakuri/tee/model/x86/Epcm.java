package org.kakuri.tee.model.x86;

import java.util.Optional;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.tee.model.memory.Checker;
import org.kakuri.tee.model.memory.Decision;

/**
 * The check of each access to the enclave page cache.
 *
 * @rule Intel SDM vol. 3D, 38.3 (access-control requirements), 38.5.1 (accesses that originate from non-SGX
 *       instructions)
 *       <p>
 *       Divergence: an access here names a physical page and no linear address. One of code inside to a page that is
 *       another enclave's is taken for one through a translation that the system software forged, which faults; through
 *       an address outside of ELRANGE it would see the abort page.
 */
final class Epcm implements Checker {
    /** Name of the checker, as its switch is spelled. */
    static final String NAME = "epcm";
    private static final String ABORT = "Intel SDM vol. 3D, 38.5.1: accesses from outside of an enclave to an EPC page "
            + "have abort page semantics: reads return all ones, writes are dropped";
    private static final String FAULT = "Intel SDM vol. 3D, 38.3 (access-control requirements): #PF with PFEC.SGX: ";

    private final Epc epc;

    Epcm(Epc epc) {
        this.epc = epc;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean covers(long address) {
        return epc.range().contains(address);
    }

    @Override
    public Decision check(Actor actor, Range range, boolean write) {
        if (!covers(range.start())) {
            return Decision.PASS;
        }
        Optional<EpcmEntry> entry = epc.entry(epc.frame(range.start()));
        if (actor.state() != SecurityState.ENCLAVE || !actor.device().isEmpty()) {
            return Decision.abortPage(ABORT,
                    "%s, page is %s".formatted(actor.device().isEmpty() ? actor.state() : "device " + actor.device(),
                            entry.map(Epcm::text).orElse("not valid")));
        }
        return entry.map(valid -> inside(valid, actor.instance(), write))
                .orElseGet(() -> deny("the page must be valid", "not valid"));
    }

    private static Decision inside(EpcmEntry entry, long enclave, boolean write) {
        if (entry.enclave() != enclave) {
            return deny("the page must belong to the enclave that runs", text(entry) + ", accessed by " + enclave);
        }
        if (entry.type() != PageType.PT_REG) {
            return deny("pages of types PT_SECS, PT_TCS, PT_VA and PT_TRIM are not accessed", text(entry));
        }
        if (entry.blocked()) {
            return deny("the page must not be BLOCKED", text(entry));
        }
        if (entry.pending()) {
            return deny("the page must not be PENDING", text(entry));
        }
        if (entry.modified()) {
            return deny("the page must not be MODIFIED", text(entry));
        }
        if (write ? !entry.perms().write() : !entry.perms().read()) {
            return deny("the EPCM must allow the access", text(entry) + ", " + (write ? "write" : "read"));
        }
        return Decision.PASS;
    }

    private static Decision deny(String rule, String detail) {
        return new Decision.Deny(FAULT + rule, detail);
    }

    private static String text(EpcmEntry entry) {
        return "%s of enclave %d at 0x%x, %s".formatted(entry.type(), entry.enclave(), entry.address(), entry.perms());
    }
}
