package org.kakuri.api.gp;

/**
 * What a call into a trusted application came back with; errors are values, as in the specification.
 *
 * @param result the code
 * @param origin who issued it; the application itself for every code it returned, also success
 */
public record Returned(ResultCode result, Origin origin) {
    /** Returns whether the call was successful. */
    public boolean success() {
        return result.equals(ResultCode.SUCCESS);
    }
}
