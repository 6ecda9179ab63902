package org.kakuri.tee.sgx.internal;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kakuri.api.Nearest;
import org.kakuri.api.UsageError;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.Variable;

/** What can differ on another processor. */
final class SgxVariants implements Variable {
    private static final String EPC = "epc";
    private static final Map<String, String> SETTINGS = Map.of(EPC,
            "size of the enclave page cache, in MiB or GiB, with suffix m or g; 1m to 1024g");
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,6})([mMgG])");

    @Override
    public Map<String, String> settings() {
        return SETTINGS;
    }

    @Override
    public TeeBackend vary(String name, Map<String, String> settings) {
        for (String key : settings.keySet()) {
            if (!SETTINGS.containsKey(key)) {
                throw Nearest.unknown("setting of backend sgx", key, SETTINGS.keySet());
            }
        }
        String size = settings.getOrDefault(EPC, SgxBackend.DEFAULT_EPC_MIB + "m");
        Matcher parts = SIZE.matcher(size);
        long mebibytes = !parts.matches() ? 0
                : Long.parseLong(parts.group(1)) << (parts.group(2).equalsIgnoreCase("g") ? 10 : 0);
        if (mebibytes < 1 || mebibytes > SgxBackend.MAX_EPC_MIB) {
            throw new UsageError("%s=%s is out of range".formatted(EPC, size), "give 1m to 1024g");
        }
        return new SgxBackend((int) mebibytes);
    }
}
