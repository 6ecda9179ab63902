package org.kakuri.tee.sgx.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.PageSupply;
import org.kakuri.tee.model.Fuses;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.x86.Epc;
import org.kakuri.tee.model.x86.EpcmEntry;

/**
 * Moves pages between the EPC and ordinary memory when enclaves want more than there is: the part of the operating system that evicts,
 * and the instructions it does it with. The enclave that was made or loaded longest ago is evicted first, its pages in the order of
 * their addresses. One for each machine; its monitor guards which page is where.
 *
 * @rule Intel SDM vol. 3D, 39.5.3 (eviction: EBLOCK, ETRACK, EWB), 39.5.4 (loading: ELDU), 38.18 (version array)
 *
 *       <p>
 *       Divergence: the cipher is AES-128-GCM with the version as nonce, under a key from the machine's fuses; Intel's is not public
 *       in every detail. SECS, TCS and version arrays are not evicted.
 */
final class Pager {
    private static final int PAGE = (int) PhysicalSpace.PAGE;
    private static final int TAG_BITS = 128;
    /** Pages that are evicted at once, SGX_NR_TO_SCAN in arch/x86/kernel/cpu/sgx/sgx.h of Linux. */
    private static final int BATCH = 16;

    private final Epc epc;
    private final VersionArrays versions;
    private final byte[] key;
    private final SecureRandom random = new SecureRandom();
    private final List<Residency> enclaves = new ArrayList<>();
    private final PageQueue loaded = new PageQueue();
    private long time;

    Pager(MachineModel machine, Epc epc) {
        this.epc = epc;
        this.versions = new VersionArrays(epc);
        versions.add(epc.take(1, "version array")[0]);
        machine.recorder().record(Events.EPA);
        this.key = machine.facility(Fuses.class).orElseThrow().derive("sgx-paging-key", new byte[0], 16);
    }

    Epc epc() {
        return epc;
    }

    /** Frees the version arrays. Enclaves must be gone. */
    synchronized void close() {
        versions.release();
    }

    synchronized void add(Residency enclave) {
        enclave.stamp(++time);
        enclaves.add(enclave);
    }

    synchronized void remove(Residency enclave) {
        enclaves.remove(enclave);
    }

    /** Takes frames, by eviction if there are not enough. */
    synchronized int[] take(int pages, Residency own) {
        makeRoom(pages, own);
        return epc.take(pages, own.name());
    }

    private void makeRoom(int pages, Residency own) {
        if (epc.free() >= pages) {
            return;
        }
        long possible = epc.free() + (long) loaded.size();
        List<Residency> victims = enclaves.stream()
                .filter(one -> one != own && !one.pages().isEmpty())
                .sorted(Comparator.comparingLong(Residency::stamp))
                .toList();
        for (Residency victim : victims) {
            possible += victim.pages().stream().mapToLong(EnclavePages::count).sum() - victim.evicted();
        }
        if (possible >= pages) {
            for (Residency victim : victims) {
                if (epc.free() < pages && victim.close()) {
                    try {
                        evict(victim, pages);
                    } finally {
                        victim.open();
                    }
                }
            }
        }
        if (possible >= pages) {
            while (epc.free() < pages && loaded.size() > 0) {
                evict(loaded.oldest(BATCH));
            }
        }
        if (epc.free() < pages) {
            throw new Unsupported("not enough EPC: enclave=%s, wanted pages=%d, free=%d, EPC=%d".formatted(own.name(),
                    pages, epc.free(), epc.size()),
                    "pages of enclaves that run are not evicted: let one end, ask for less, or give the machine more EPC");
        }
    }

    private void evict(Residency victim, int wanted) {
        boolean tracked = false;
        for (EnclavePages block : victim.pages()) {
            for (int page = 0; page < block.count() && epc.free() < wanted; page++) {
                if (block.frame(page) < 0) {
                    continue;
                }
                if (!tracked) {
                    victim.recorder().record(Events.ETRACK);
                    tracked = true;
                }
                victim.recorder().record(Events.EBLOCK);
                epc.update(block.frame(page), entry -> entry.withBlocked(true));
                ewb(victim, block, page);
                keepRoomForVersions(victim);
            }
        }
    }

    private void keepRoomForVersions(Residency victim) {
        if (!versions.hasRoom()) {
            versions.add(epc.take(1, "version array")[0]);
            victim.recorder().record(Events.EPA);
        }
    }

    /** Evicts single pages of areas whose owners see each touch: EBLOCK of all, ETRACK for each enclave, EWB of all. */
    private void evict(List<PageQueue.Run> runs) {
        var tracked = new HashSet<Residency>();
        for (PageQueue.Run run : runs) {
            for (int page = run.first(); page < run.first() + run.count(); page++) {
                run.block().owner().recorder().record(Events.EBLOCK);
                epc.update(run.block().frame(page), entry -> entry.withBlocked(true));
            }
            run.paged().block(run.bytes());
            tracked.add(run.block().owner());
        }
        tracked.forEach(enclave -> enclave.recorder().record(Events.ETRACK));
        for (PageQueue.Run run : runs) {
            for (int page = run.first(); page < run.first() + run.count(); page++) {
                ewb(run.block().owner(), run.block(), page);
                keepRoomForVersions(run.block().owner());
            }
            run.paged().discard(run.bytes());
        }
    }

    /**
     * The code inside touched a page that is not in the EPC: #PF, AEX; the page is added (EAUG) or loaded (ELDU), ERESUME, and a new
     * page is accepted.
     */
    synchronized PageSupply.Arrival touched(EnclavePages block, int page) {
        if (block.frame(page) >= 0) {
            return PageSupply.Arrival.THERE;
        }
        Residency owner = block.owner();
        boolean back = block.evicted(page) != null;
        makeRoom(1, owner);
        owner.recorder().record(Events.AEX);
        if (back) {
            eldu(owner, block, page, block.evicted(page));
        } else {
            int frame = epc.take(1, owner.name())[0];
            epc.fill(frame, block.entry(page), block.backing(), (long) page * PAGE);
            block.returned(page, frame);
            owner.recorder().record(Events.EAUG, 1, PAGE);
        }
        loaded.add(block, page);
        owner.recorder().record(Events.ERESUME);
        if (!back) {
            owner.recorder().record(Events.EACCEPT);
            epc.update(block.frame(page), entry -> entry.withPending(false));
        }
        return back ? PageSupply.Arrival.BACK : PageSupply.Arrival.NEW;
    }

    /** Pages are given back: trimmed and removed; one that is evicted is forgotten with its version. */
    synchronized void released(EnclavePages block, int from, int count) {
        for (int page = from; page < from + count; page++) {
            loaded.remove(block, page);
            if (block.frame(page) >= 0) {
                block.owner().recorder().record(Events.EMODT);
                block.owner().recorder().record(Events.EACCEPT);
                block.owner().recorder().record(Events.EREMOVE);
                epc.remove(block.frame(page));
            } else if (block.evicted(page) != null) {
                versions.giveBack(block.evicted(page).slot());
            }
            block.left(page, null);
        }
    }

    /** EWB: encrypts the page, notes its version, and frees the frame. */
    void ewb(Residency owner, EnclavePages block, int page) {
        EpcmEntry entry = epc.entry(block.frame(page)).orElseThrow();
        if (!entry.blocked()) {
            throw new LeafRefused("EWB", SgxError.SGX_PAGE_NOT_BLOCKED, "the page is BLOCKED", "", "");
        }
        byte[] plain = new byte[PAGE];
        MemorySegment bytes = MemorySegment.ofArray(plain);
        block.backing().read((long) page * PAGE, bytes);
        long version = 0;
        while (version == 0) {
            version = random.nextLong();
        }
        VersionArrays.Slot slot = versions.take();
        slot.occupy(version);
        var sealed = new EvictedPage(entry.withBlocked(false), slot,
                crypt(Cipher.ENCRYPT_MODE, entry.withBlocked(false), version, plain));
        owner.recorder().record(Events.EWB, 1, PAGE);
        epc.remove(block.frame(page));
        block.left(page, sealed);
        if (!block.paged()) {
            bytes.fill((byte) 0);
            block.backing().write((long) page * PAGE, bytes);
            owner.count(1);
        }
    }

    /** Loads all pages of an enclave that has a context inside. */
    synchronized void load(Residency enclave) {
        makeRoom(enclave.evicted(), enclave);
        for (EnclavePages block : enclave.pages()) {
            for (int page = 0; page < block.count(); page++) {
                if (block.frame(page) < 0) {
                    eldu(enclave, block, page, block.evicted(page));
                }
            }
        }
        enclave.stamp(++time);
    }

    /**
     * ELDU: decrypts what the host hands over into a frame.
     *
     * @param handed what the host claims the page to be
     * @throws LeafRefused with SGX_MAC_COMPARE_FAIL if it is not what EWB wrote last for that page
     */
    void eldu(Residency owner, EnclavePages block, int page, EvictedPage handed) {
        VersionArrays.Slot slot = block.evicted(page).slot();
        byte[] plain = crypt(Cipher.DECRYPT_MODE, handed.entry(), slot.version(), handed.bytes());
        int frame = epc.take(1, owner.name())[0];
        Backing backing = block.backing();
        backing.write((long) page * PAGE, MemorySegment.ofArray(plain));
        epc.fill(frame, handed.entry(), backing, (long) page * PAGE);
        versions.giveBack(slot);
        block.returned(page, frame);
        owner.recorder().record(Events.ELDU, 1, PAGE);
        if (!block.paged()) {
            owner.count(-1);
        }
    }

    /** Frees the frames of pages that go, and the versions of those that were evicted. */
    synchronized void release(EnclavePages block) {
        var frames = new ArrayList<Integer>();
        for (int page = 0; page < block.count(); page++) {
            loaded.remove(block, page);
            if (block.frame(page) >= 0) {
                frames.add(block.frame(page));
            } else if (block.evicted(page) != null) {
                versions.giveBack(block.evicted(page).slot());
            }
            block.left(page, null);
        }
        epc.remove(frames.stream().mapToInt(Integer::intValue).toArray());
    }

    private byte[] crypt(int mode, EpcmEntry entry, long version, byte[] bytes) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"),
                    new GCMParameterSpec(TAG_BITS, ByteBuffer.allocate(12).putLong(version).array()));
            cipher.updateAAD(pcmd(entry));
            return cipher.doFinal(bytes);
        } catch (AEADBadTagException _) {
            throw new LeafRefused("ELDU", SgxError.SGX_MAC_COMPARE_FAIL,
                    "the page, its PCMD, its address and its version are those that EWB wrote", entry.toString(), "");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    private static byte[] pcmd(EpcmEntry entry) {
        return ByteBuffer.allocate(8 + 8 + 4)
                .putLong(entry.enclave())
                .putLong(entry.address())
                .put((byte) entry.type().ordinal())
                .put((byte) ((entry.perms().read() ? 1 : 0) | (entry.perms().write() ? 2 : 0)
                        | (entry.perms().execute() ? 4 : 0)))
                .put((byte) (entry.pending() ? 1 : 0))
                .put((byte) (entry.modified() ? 1 : 0))
                .array();
    }
}
