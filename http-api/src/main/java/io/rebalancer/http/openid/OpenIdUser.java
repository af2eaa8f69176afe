package io.rebalancer.http.openid;

/** How the audit log calls users of a provider. */
final class OpenIdUser {
    /** No token has a colon in its name, so no user of a provider has the name of a token. */
    private static final String PREFIX = "openid:";

    private static final int MAX_LENGTH = 100;

    private OpenIdUser() {}

    static String name(String claim) {
        String printable = claim.replaceAll("\\p{Cntrl}", "?");
        return PREFIX + printable.substring(0, Math.min(MAX_LENGTH, printable.length()));
    }
}
