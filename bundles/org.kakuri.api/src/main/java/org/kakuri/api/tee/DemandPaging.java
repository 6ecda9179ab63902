package org.kakuri.api.tee;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Extension of a backend whose instances may be larger than the protected memory there is, if somebody sees every touch of a
 * page. {@link BackendLease#extension}.
 */
@ProviderType
public interface DemandPaging {
    /**
     * Offers memory to a sealed instance, whose code then accepts the range as a whole. It counts page by page as pages come, and
     * not towards {@link InstanceSpec#memoryBytes}.
     *
     * @param instance made by this backend
     * @param guestAddress start, a multiple of 4096
     * @param backing the bytes
     * @param perms what the code inside may do
     *
     * @return who says which pages are there; until the instance is destroyed
     */
    PageSupply attach(TeeInstance instance, long guestAddress, PagedBacking backing, Perms perms);
}
