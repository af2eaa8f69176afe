package io.rebalancer.adm.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Replaces what differs between two runs of the same commands with examples that are always the same: ids, times, ports, rates, and
 * counts of a job that is in progress. An id has the same example wherever it appears. Lines that appear in some runs only are left
 * out: what a job waits for, and all lines but the first of those that {@code job watch} prints.
 */
final class StableText {
    private static final String TIME = "2026-01-31 12:00:00Z";
    private static final Pattern ID =
            Pattern.compile("\\b\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}\\b");

    /** A line of {@code job watch}, off a terminal. */
    private static final Pattern WATCH_LINE = Pattern.compile(TIME
            + "  [a-z ]+?(  \\[[#.]{20}] \\d+ %)?(  pass \\d+)?(  waits: \\w+ \\(\\d+ \\w+\\))*"
            + "(  [\\d.]+ records/s [\\d.]+ \\w+/s)?(  ends \\S+ to \\S+)?(  to copy [\\d,]+, to commit [\\d,]+)?"
            + "  [\\d,]+ of [\\d,]+ moved");

    private static final String WATCH_EXAMPLE = TIME + "  running  [######..............] 34 %  pass 1"
            + "  2.5 records/s 2.6 MB/s  ends 12:01Z to 12:02Z  to copy 0, to commit 0  14 of 15 moved";

    /** What the job waits for at this moment. */
    private static final Pattern WAIT_LINE = Pattern.compile("\\w+ since " + TIME + " .*");

    private static final Pattern COPY_LINE = Pattern.compile("  copy on .*");

    private final Map<String, String> ids = new HashMap<>();
    private final Map<Pattern, String> rules = new LinkedHashMap<>();
    private int examples;

    /**
     * @param home the directory that is shown as {@code /home/operator}
     * @param version the version that is shown as {@code VERSION}
     */
    StableText(String home, String version) {
        rule(Pattern.quote(home), "/home/operator");
        rule(Pattern.quote(version), "VERSION");
        rule("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", TIME.replace(' ', 'T'));
        rule("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ", TIME);
        rule("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\dZ +\\d+ (?:s|min|h|d)", "2026-01-31 12:00Z  3 min");
        rule("\\(in \\d+ (?:s|min|h|d)\\)", "(in 23 h)");
        rule("\\(\\d+ (?:s|min|h|d) ago\\)", "(2 s ago)");
        rule("127\\.0\\.0\\.1:\\d{4,5}", "127.0.0.1:PORT");
        rule("ready after [\\d.]+ s", "ready after 4.2 s");
        rule("seed \\d+", "seed 4711");
        rule("is running: \\d+ records moved, \\d+ left", "is running: 14 records moved, 0 left");
        rule("pass {8}\\d+", "pass        2");
        rule(
                "clocks of \\d+ agents are right within 5 s(?:; \\d+ did not reply)?",
                "clocks of 3 agents are right within 5 s");
        rule("the destinations have \\d+ MiB", "the destinations have 1500000 MiB");
        rule("\\{dc3=\\d+}", "{dc3=750000}");
        rule("\\{dc2=\\d+, dc3=\\d+}", "{dc2=750000, dc3=750000}");
        rule("signed with key \\p{XDigit}{16}", "signed with key 0123456789abcdef");
        rule("up to id \\d+ and idx \\d+", "up to id 200 and idx 2147483660");
        rule(", epoch \\d+;", ", epoch 2;");
        rule("/dir-\\d+/object-\\d+\\.bin on shard \\d", "/dir-7/object-12.bin on shard 1");
        rule("MD5 \\S+, etag \\S+", "MD5 gGQ2EDLT+6m2Xzyi8qlp5g==, etag BC1BA9A7");
        rule("copy on [23]\\.stor\\.playground\\.test \\(dc[23]\\)", "copy on 2.stor.playground.test (dc2)");
    }

    /** Shows the ids of the text as they are. */
    void keepIds(String text) {
        ID.matcher(text).results().forEach(found -> ids.put(found.group(), found.group()));
    }

    private void rule(String pattern, String example) {
        rules.put(Pattern.compile(pattern), example);
    }

    /** The lines of an output with examples. */
    List<String> lines(String output) {
        String text = output;
        for (Map.Entry<Pattern, String> rule : rules.entrySet()) {
            text = rule.getKey().matcher(text).replaceAll(rule.getValue());
        }
        text = ID.matcher(text).replaceAll(found -> ids.computeIfAbsent(found.group(), id -> example(++examples)));
        List<String> lines = new ArrayList<>();
        List<String> copies = new ArrayList<>();
        for (String line : text.lines().map(String::stripTrailing).toList()) {
            if (COPY_LINE.matcher(line).matches()) {
                copies.add(line);
                continue;
            }
            addSorted(lines, copies);
            if (WAIT_LINE.matcher(line).matches()) {
                continue;
            }
            boolean watched = WATCH_LINE.matcher(line).matches();
            if (!watched) {
                lines.add(line);
            } else if (lines.isEmpty() || !lines.get(lines.size() - 1).equals(WATCH_EXAMPLE)) {
                lines.add(WATCH_EXAMPLE);
            }
        }
        addSorted(lines, copies);
        return lines;
    }

    /** The copies of a record have no order that means anything. */
    private static void addSorted(List<String> lines, List<String> copies) {
        copies.sort(Comparator.naturalOrder());
        lines.addAll(copies);
        copies.clear();
    }

    /** A UUID of version 4 that repeats one digit as far as its form allows. */
    private static String example(int number) {
        return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace("x", Integer.toHexString(number % 16));
    }
}
