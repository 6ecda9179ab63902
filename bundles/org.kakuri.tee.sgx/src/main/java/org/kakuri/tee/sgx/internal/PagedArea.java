package org.kakuri.tee.sgx.internal;

import org.kakuri.api.tee.PageSupply;
import org.kakuri.api.tee.PagedBacking;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.memory.PhysicalSpace;

/**
 * Memory of an enclave whose pages are added when they are touched first, and evicted and loaded one by one.
 *
 * @param pager of the machine
 * @param pages which they are
 */
record PagedArea(Pager pager, EnclavePages pages) implements PageSupply {
    static PageSupply attach(TeeInstance instance, long guestAddress, PagedBacking backing, Perms perms) {
        var model = (InstanceModel) instance;
        model.attach(guestAddress, backing, perms);
        EnclavePages pages = model.attachments()
                .stream()
                .filter(one -> one.guest().start() == guestAddress)
                .map(one -> (EnclavePages) one.placed())
                .findFirst()
                .orElseThrow();
        return new PagedArea(pages.pager(), pages);
    }

    @Override
    public Arrival touched(long at) {
        return pager.touched(pages, Math.toIntExact(at / PhysicalSpace.PAGE));
    }

    @Override
    public void released(Range range) {
        pager.released(pages, Math.toIntExact(range.start() / PhysicalSpace.PAGE),
                Math.toIntExact(range.bytes() / PhysicalSpace.PAGE));
    }
}
