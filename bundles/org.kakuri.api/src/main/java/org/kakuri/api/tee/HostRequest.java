package org.kakuri.api.tee;

/**
 * What code inside asks of the host. The arguments lie in shared memory, as they do on hardware; the request names only who
 * shall look at them.
 *
 * @param service who is asked, for example {@code posix}
 * @param operation what is asked, in the service's own numbering
 * @param bytes bytes of shared memory that carry arguments and results
 */
public record HostRequest(String service, int operation, long bytes) {}
