package org.kakuri.runtime.wasm.internal.wasi;

import java.util.HashMap;
import java.util.Map;
import org.kakuri.platform.linux.Errno;

/** Error numbers of WASI preview 1, and their Linux counterparts. Source: witx/typenames.witx of snapshot preview1, errno. */
final class WasiErrno {
    static final int SUCCESS = 0;
    static final int BADF = 8;
    static final int FAULT = 21;
    static final int ILSEQ = 25;
    static final int INVAL = 28;
    static final int IO = 29;
    static final int INTR = 27;
    static final int MFILE = 33;
    static final int MSGSIZE = 35;
    static final int NAMETOOLONG = 37;
    static final int NOSYS = 52;
    static final int NOTDIR = 54;
    static final int NOTSOCK = 57;
    static final int NOTSUP = 58;
    static final int OVERFLOW = 61;
    static final int PERM = 63;
    static final int SPIPE = 70;
    static final int XDEV = 75;
    static final int NOTCAPABLE = 76;

    /** In the order of the specification; the position is the number. */
    private static final String[] NAMES = """
            SUCCESS 2BIG ACCES ADDRINUSE ADDRNOTAVAIL AFNOSUPPORT AGAIN ALREADY BADF BADMSG BUSY CANCELED CHILD
            CONNABORTED CONNREFUSED CONNRESET DEADLK DESTADDRREQ DOM DQUOT EXIST FAULT FBIG HOSTUNREACH IDRM ILSEQ
            INPROGRESS INTR INVAL IO ISCONN ISDIR LOOP MFILE MLINK MSGSIZE MULTIHOP NAMETOOLONG NETDOWN NETRESET
            NETUNREACH NFILE NOBUFS NODEV NOENT NOEXEC NOLCK NOLINK NOMEM NOMSG NOPROTOOPT NOSPC NOSYS NOTCONN NOTDIR
            NOTEMPTY NOTRECOVERABLE NOTSOCK NOTSUP NOTTY NXIO OVERFLOW OWNERDEAD PERM PIPE PROTO PROTONOSUPPORT
            PROTOTYPE RANGE ROFS SPIPE SRCH STALE TIMEDOUT TXTBSY XDEV NOTCAPABLE
            """.strip().split("\\s+");
    private static final int[] FROM_LINUX = fromLinux();

    private WasiErrno() {}

    private static int[] fromLinux() {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < NAMES.length; i++) {
            numbers.put("E" + NAMES[i], i);
        }
        numbers.put("EOPNOTSUPP", NOTSUP);
        int[] table = new int[134];
        for (int linux = 1; linux < table.length; linux++) {
            table[linux] = numbers.getOrDefault(Errno.name(linux), IO);
        }
        return table;
    }

    /** Returns the number for the result of a POSIX call: SUCCESS unless it is negative; IO for what WASI has no number for. */
    static int of(long result) {
        if (result >= 0) {
            return SUCCESS;
        }
        return -result < FROM_LINUX.length ? FROM_LINUX[(int) -result] : IO;
    }

    /** Like {@link #of}, for calls that may not leave a folder: leaving it is told apart from crossing a device. */
    static int ofPath(long result) {
        return result == -Errno.EXDEV ? PERM : of(result);
    }

    /** Returns the name of a number, for tests and messages. */
    static String name(int number) {
        return number >= 0 && number < NAMES.length ? NAMES[number] : "errno" + number;
    }
}
