package org.kakuri.tee.model.instance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.PagedBacking;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.tee.model.memory.PhysicalSpace;

/** What is attached to an instance. Changed under the instance's gate, read by anybody. */
final class AttachmentTable {
    private final InstanceModel own;
    private final List<Attachment> attachments = new CopyOnWriteArrayList<>();

    AttachmentTable(InstanceModel own) {
        this.own = own;
    }

    void add(long guestAddress, Backing backing, Perms perms, boolean measured) {
        long bytes = backing.bytes();
        if (guestAddress % PhysicalSpace.PAGE != 0 || bytes <= 0 || bytes % PhysicalSpace.PAGE != 0) {
            throw new IllegalArgumentException("memory is attached in whole pages: guest=0x%x, bytes=%d"
                    .formatted(guestAddress, bytes));
        }
        var guest = new Range(guestAddress, bytes);
        for (Attachment other : attachments) {
            if (other.guest().overlaps(guest)) {
                throw new WrongState("guest addresses are taken: instance=" + own.name() + ", wanted=" + guest
                        + ", taken=" + other.guest(), "attach it elsewhere");
            }
        }
        long used = attachments.stream().filter(a -> !paged(a.backing())).mapToLong(a -> a.guest().bytes()).sum();
        if (!paged(backing) && bytes > own.spec().memoryBytes() - used) {
            throw new Unsupported("instance has not that much memory: instance=" + own.name() + ", wanted=" + bytes
                    + ", attached=" + used + ", limit=" + own.spec().memoryBytes(), "create it with more memoryBytes");
        }
        InstanceRules rules = own.rules();
        Placed placed = rules.place(own, guest, rules.guarded(own, backing), perms);
        var attachment = new Attachment(guest, placed, perms, measured);
        try {
            rules.attached(own, attachment);
        } catch (RuntimeException e) {
            placed.remove();
            throw e;
        }
        attachments.add(attachment);
    }

    /** Its pages come and go, and take memory only while they are there. */
    private static boolean paged(Backing backing) {
        return backing instanceof PagedBacking;
    }

    List<Attachment> all() {
        return List.copyOf(attachments);
    }

    Optional<Attachment> containing(Range guest) {
        return attachments.stream().filter(a -> a.usable() && a.guest().contains(guest)).findFirst();
    }

    Optional<Range> physical(long guestAddress) {
        return attachments.stream()
                .filter(a -> a.usable() && a.guest().contains(guestAddress))
                .findFirst()
                .flatMap(a -> a.placed().physical(guestAddress - a.guest().start()));
    }

    /** Accepts whole attachments that were offered. */
    synchronized void accept(Range range) {
        List<Attachment> offered = attachments.stream().filter(a -> !a.usable() && range.contains(a.guest())).toList();
        long covered = offered.stream().mapToLong(a -> a.guest().bytes()).sum();
        if (offered.isEmpty() || covered != range.bytes()) {
            throw new WrongState("not offered as a whole: instance=" + own.name() + ", range=" + range + ", offered="
                    + offered.stream().map(Attachment::guest).toList(), "accept what the host offered, once");
        }
        for (Attachment attachment : offered) {
            own.rules().accepted(own, attachment);
            attachment.accept();
        }
    }

    /** Scrubs and removes everything. */
    void clear(List<RuntimeException> failures) {
        for (Attachment attachment : new ArrayList<>(attachments)) {
            try {
                attachment.backing().scrub();
            } catch (RuntimeException e) {
                failures.add(e);
            }
            own.rules().detached(own, attachment);
            attachment.placed().remove();
        }
        attachments.clear();
    }
}
