package io.rebalancer.core.audit;

/** Bounds texts that come from requests, so that an entry is small and every journal can store it. */
final class AuditText {
    private static final int UNPRINTABLE = 0xFFFD;
    private static final String CUT = "...";

    private AuditText() {}

    /** The text with at most {@code max} characters; control characters and halves of characters are replaced. */
    static String bounded(String text, int max) {
        StringBuilder printable = new StringBuilder();
        text.codePoints()
                .limit(max + 1L)
                .map(each -> isPrintable(each) ? each : UNPRINTABLE)
                .forEach(printable::appendCodePoint);
        if (printable.length() <= max) {
            return printable.toString();
        }
        int end = printable.offsetByCodePoints(0, printable.codePointCount(0, max - CUT.length()) - 1);
        return printable.substring(0, end) + CUT;
    }

    private static boolean isPrintable(int codePoint) {
        return !Character.isISOControl(codePoint) && Character.getType(codePoint) != Character.SURROGATE;
    }
}
