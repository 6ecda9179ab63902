package org.kakuri.tee.trustzone.internal;

import java.util.Map;
import org.kakuri.tee.trustzone.internal.storage.SecureFiles;

/** The events this backend counts. */
public final class Events {
    /** A switch between the worlds, in either direction. */
    public static final String SMC = "SMC";
    /** A call into a trusted application. */
    public static final String TA_INVOKE = "TA_INVOKE";
    /** A page of an application was loaded. */
    public static final String TA_LOAD_PAGE = "TA_LOAD_PAGE";
    /** A session was opened. */
    public static final String TA_SESSION_OPEN = "TA_SESSION_OPEN";
    /** A session was closed. */
    public static final String TA_SESSION_CLOSE = "TA_SESSION_CLOSE";
    /** The secure world asked the normal world for something. */
    public static final String RPC_EXIT = "RPC_EXIT";
    /** The normal world came back with the answer. */
    public static final String RPC_RETURN = "RPC_RETURN";
    /** An interrupt of the normal world was taken. */
    public static final String FOREIGN_INTERRUPT = "FOREIGN_INTERRUPT";
    /** Memory was registered. */
    public static final String SHM_REGISTER = "SHM_REGISTER";
    /** A page of it was mapped for an application. */
    public static final String SHM_MAP_PAGE = "SHM_MAP_PAGE";
    /** Its registration ended. */
    public static final String SHM_UNREGISTER = "SHM_UNREGISTER";

    static final Map<String, String> ALL = Map.ofEntries(
            Map.entry(SMC, "one world switch through EL3, in either direction"),
            Map.entry(TA_INVOKE, "a call into an application, beside its two SMCs: entry by the TA OS, return"),
            Map.entry(TA_LOAD_PAGE, "a page of an application was put into secure memory and digested"),
            Map.entry(TA_SESSION_OPEN, "a session was opened, beside its two SMCs and the pages it loaded"),
            Map.entry(TA_SESSION_CLOSE, "a session was closed, beside its two SMCs"),
            Map.entry(RPC_EXIT, "the secure world returned from its SMC with a request to the normal world"),
            Map.entry(RPC_RETURN, "the normal world resumed the secure world with the answer"),
            Map.entry(FOREIGN_INTERRUPT, "the secure world returned from its SMC to let an interrupt be handled"),
            Map.entry(SHM_REGISTER, "non-secure memory was registered with the TA OS, beside its two SMCs"),
            Map.entry(SHM_MAP_PAGE, "a registered page was mapped into an application"),
            Map.entry(SHM_UNREGISTER, "a registration ended, beside its two SMCs"),
            Map.entry(SecureFiles.READ, "secure storage had a file read, beside the RPC that asked for it"),
            Map.entry(SecureFiles.WRITE, "secure storage had a file written or deleted, beside the RPC"),
            Map.entry(SecureFiles.RPMB_READ, "secure storage had a record read from the RPMB, beside the RPC"),
            Map.entry(SecureFiles.RPMB_WRITE, "secure storage had a record written to the RPMB, beside the RPC"));

    private Events() {}
}
