package io.rebalancer.house;

import io.rebalancer.house.Repository.TextFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Phrases that a native engineer reads twice, with what to write instead. Names, comments, messages and documents must be
 * free of them.
 */
final class WordList {
    private static final Map<String, String> INSTEAD = new TreeMap<>(Map.ofEntries(
            Map.entry("anew", "again, rebuilt"),
            Map.entry("somebody|(?<!`)nobody|whoever", "the operator, no manager, the process that ..."),
            Map.entry("unheard", "unnoticed, silently"),
            Map.entry("go on|goes on|went on|going on", "continue, resume"),
            Map.entry("by itself|by themselves|of its own|of their own", "automatically, separate, own"),
            Map.entry("(?:is|are) not answered", "gets no reply"),
            Map.entry("if need be", "if necessary, if absent"),
            Map.entry("what is said", "the message"),
            Map.entry("says?|said|tells|told|unsaid|spoke|spoken|speaks?", "reports, returns, states, sends"),
            Map.entry("stands", "is"),
            Map.entry("(?<!-)patience", "timeout"),
            Map.entry("accuses?", "looks like damage"),
            Map.entry("in words for people", "as readable text"),
            Map.entry("one that (?:is|was|has)", "the noun"),
            Map.entry("ever (?:more|longer)", "increasingly"),
            Map.entry("mend(?:s|ed)?", "fix, repair"),
            Map.entry("(?:the|an) older (?:manager|agent|system|api|http|tool|wire|server|names?|one)", "legacy"),
            Map.entry("older (?:manager|agent|http|api|tool)", "legacy")));

    private static final Pattern FORBIDDEN =
            Pattern.compile("\\b(?:" + String.join("|", INSTEAD.keySet()) + ")\\b", Pattern.CASE_INSENSITIVE);

    private WordList() {}

    /** Each forbidden phrase in the file, as {@code path:line: phrase (write: ...)}. */
    static List<String> violations(TextFile file) {
        Matcher matcher =
                FORBIDDEN.matcher(file.text().replaceAll("(?<=\\w)\\s*\\n\\s*(?:\\*|//|#|--)? ?(?=\\w)", " "));
        return matcher.results()
                .map(found -> file.path() + ": \"" + found.group() + "\" (write: " + instead(found.group()) + ")")
                .toList();
    }

    private static String instead(String phrase) {
        return INSTEAD.entrySet().stream()
                .filter(each -> Pattern.compile(each.getKey(), Pattern.CASE_INSENSITIVE)
                        .matcher(phrase)
                        .matches())
                .map(Map.Entry::getValue)
                .collect(Collectors.joining(", "));
    }

    /**
     * Main sources, messages, settings, scripts and documents. Not the glossary, which lists words not to use, and not
     * applied migrations, whose bytes are frozen.
     */
    static boolean covers(TextFile file) {
        return !file.isTestSource()
                && !file.path().equals("docs/glossary.md")
                && !file.path().matches(".*/migrations/.*/V\\d+__\\w+\\.sql");
    }
}
