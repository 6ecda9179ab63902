package org.kakuri.runtime.wasm.internal.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WasiTableTest {
    /** Every function of snapshot preview1 with its parameters (i: 32 bit, l: 64 bit), typed from its witx. */
    private static final Map<String, String> SPECIFIED = new TreeMap<>(Map.ofEntries(Map.entry("args_get", "ii"),
            Map.entry("args_sizes_get", "ii"), Map.entry("environ_get", "ii"), Map.entry("environ_sizes_get", "ii"),
            Map.entry("clock_res_get", "ii"), Map.entry("clock_time_get", "ili"), Map.entry("fd_advise", "illi"),
            Map.entry("fd_allocate", "ill"), Map.entry("fd_close", "i"), Map.entry("fd_datasync", "i"),
            Map.entry("fd_fdstat_get", "ii"), Map.entry("fd_fdstat_set_flags", "ii"),
            Map.entry("fd_fdstat_set_rights", "ill"), Map.entry("fd_filestat_get", "ii"),
            Map.entry("fd_filestat_set_size", "il"), Map.entry("fd_filestat_set_times", "illi"),
            Map.entry("fd_pread", "iiili"), Map.entry("fd_prestat_get", "ii"), Map.entry("fd_prestat_dir_name", "iii"),
            Map.entry("fd_pwrite", "iiili"), Map.entry("fd_read", "iiii"), Map.entry("fd_readdir", "iiili"),
            Map.entry("fd_renumber", "ii"), Map.entry("fd_seek", "ilii"), Map.entry("fd_sync", "i"),
            Map.entry("fd_tell", "ii"), Map.entry("fd_write", "iiii"), Map.entry("path_create_directory", "iii"),
            Map.entry("path_filestat_get", "iiiii"), Map.entry("path_filestat_set_times", "iiiilli"),
            Map.entry("path_link", "iiiiiii"), Map.entry("path_open", "iiiiillii"),
            Map.entry("path_readlink", "iiiiii"),
            Map.entry("path_remove_directory", "iii"), Map.entry("path_rename", "iiiiii"),
            Map.entry("path_symlink", "iiiii"), Map.entry("path_unlink_file", "iii"), Map.entry("poll_oneoff", "iiii"),
            Map.entry("proc_exit", "i"), Map.entry("proc_raise", "i"), Map.entry("sched_yield", ""),
            Map.entry("random_get", "ii"), Map.entry("sock_accept", "iii"), Map.entry("sock_recv", "iiiiii"),
            Map.entry("sock_send", "iiiii"), Map.entry("sock_shutdown", "ii")));

    @Test
    void hasARowForEveryFunctionOfTheSpecification() {
        Map<String, String> rows = new TreeMap<>();
        WasiTable.rows()
                .stream()
                .filter(row -> row.module().equals("wasi_snapshot_preview1"))
                .forEach(row -> rows.put(row.name(), row.type()
                        .params()
                        .stream()
                        .map(type -> type.toString().contains("64") ? "l" : "i")
                        .reduce("", String::concat)));

        assertEquals(SPECIFIED, rows);
        assertEquals(46, rows.size());
    }

    @Test
    void namesItsGaps() {
        assertEquals(List.of("proc_raise: a guest has no signals"), WasiTable.rows()
                .stream()
                .filter(row -> !row.gap().isEmpty())
                .map(row -> row.name() + ": " + row.gap())
                .toList());
    }

    @Test
    void translatesEveryErrorOfLinux() {
        assertEquals(0, WasiErrno.of(5));
        assertEquals(WasiErrno.BADF, WasiErrno.of(-9));
        assertEquals(6, WasiErrno.of(-11), "EAGAIN");
        assertEquals(58, WasiErrno.of(-95), "EOPNOTSUPP");
        assertEquals(WasiErrno.IO, WasiErrno.of(-61), "ENODATA has no number in WASI");
        assertEquals(WasiErrno.IO, WasiErrno.of(-4000));
        assertEquals(11, WasiErrno.of(-125), "ECANCELED");
        for (int linux = 1; linux < 134; linux++) {
            assertTrue(WasiErrno.of(-linux) > 0, "errno " + linux);
        }
    }
}
