package org.kakuri.tee.model.arm;

/**
 * Attribute and ID access registers of one region.
 *
 * @rule Arm DDI 0504 (CoreLink TZC-400), REGION_ATTRIBUTES and REGION_ID_ACCESS: secure read and write are enabled
 *       regardless of the non-secure ones; each non-secure identity has a read and a write bit of its own
 * @param secureRead S_RD_EN
 * @param secureWrite S_WR_EN
 * @param nsaidRead NSAID_RD_EN, bit n for identity n
 * @param nsaidWrite NSAID_WR_EN, bit n for identity n
 */
public record Permissions(boolean secureRead, boolean secureWrite, int nsaidRead, int nsaidWrite) {
    private static final int ALL = 0xffff;

    /** Everybody may do everything. */
    public static final Permissions OPEN = new Permissions(true, true, ALL, ALL);
    /** The secure world only. */
    public static final Permissions SECURE_ONLY = new Permissions(true, true, 0, 0);

    /** Refuses bits that no identity has. */
    public Permissions {
        if ((nsaidRead & ~ALL) != 0 || (nsaidWrite & ~ALL) != 0) {
            throw new IllegalArgumentException(
                    "there are 16 non-secure identities: nsaidRead=0x%x, nsaidWrite=0x%x".formatted(nsaidRead,
                            nsaidWrite));
        }
    }

    boolean allows(boolean secure, int nsaid, boolean write) {
        if (secure) {
            return write ? secureWrite : secureRead;
        }
        return ((write ? nsaidWrite : nsaidRead) >>> nsaid & 1) != 0;
    }
}
