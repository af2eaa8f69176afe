package io.rebalancer.house;

import io.rebalancer.house.Repository.TextFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Citations in sources and documents, and whether they resolve: sections of the wire specification, decisions, promises,
 * files of {@code docs}, links between documents, and the tests that documents name.
 */
final class Citations {
    private static final String SPECIFICATION = "docs/spec/manta.md";
    private static final Pattern SECTION_HEADING = Pattern.compile("(?m)^#+ (\\d+(?:\\.\\d+)*[a-z]?)\\.? ");
    private static final Pattern PROMISE_HEADING = Pattern.compile("(?m)^#+ (P\\d+)\\b");
    private static final String NUMBER = "\\d+(?:\\.\\d+)*[a-z]?";
    private static final Pattern SECTIONS = Pattern.compile(
            "manta\\.md`?,? (?:sections? )?(" + NUMBER + "(?:(?:, | and | to |, and )" + NUMBER + ")*)");
    private static final Pattern DECISION = Pattern.compile("\\b[Dd]ecisions? (\\d+)\\b");
    private static final Pattern PROMISE = Pattern.compile("\\b[Pp]romises? (P\\d+)\\b");
    private static final Pattern DOCUMENT = Pattern.compile("\\bdocs/[\\w./-]+\\.(?:md|mmd)\\b");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]+)(?:#[\\w-]+)?\\)");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
    private static final Pattern LINE_BREAK = Pattern.compile("\\s*\\n[ \\t]*(?:\\*|//|#|--)?[ \\t]*(?=[\\w`])");

    private final Path root;
    private final Set<String> sections;
    private final Set<String> promises;
    private final Set<String> decisions;
    private final Set<String> tests;

    /** Reads what may be cited. */
    Citations(Path root, List<TextFile> files) {
        this.root = root;
        this.sections = headings(files, SPECIFICATION, SECTION_HEADING);
        this.promises = headings(files, "docs/promises.md", PROMISE_HEADING);
        this.decisions = files.stream()
                .map(TextFile::path)
                .filter(path -> path.matches("docs/decisions/\\d{4}-.*\\.md"))
                .map(path -> String.valueOf(Integer.parseInt(path.replaceAll("\\D+(\\d{4})-.*", "$1"))))
                .collect(Collectors.toSet());
        this.tests = testNames(files);
    }

    private static Set<String> headings(List<TextFile> files, String document, Pattern heading) {
        return files.stream()
                .filter(file -> file.path().equals(document))
                .flatMap(file -> heading.matcher(file.text()).results())
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }

    private static Set<String> testNames(List<TextFile> files) {
        Set<String> names = new HashSet<>();
        Pattern member = Pattern.compile("(?:void|ArchRule) (\\w+)");
        for (TextFile file : files) {
            if (file.isTestSource() && file.path().endsWith("Test.java")) {
                String test = file.path().replaceAll(".*/(\\w+)\\.java", "$1");
                names.add(test);
                member.matcher(file.text()).results().forEach(found -> names.add(test + "." + found.group(1)));
            }
        }
        return names;
    }

    /** Each citation of the file that resolves to nothing, as {@code path: citation}. */
    List<String> dangling(TextFile file) {
        String text = LINE_BREAK.matcher(file.text()).replaceAll(" ");
        List<String> dangling = new ArrayList<>();
        SECTIONS.matcher(text)
                .results()
                .forEach(found -> Pattern.compile(NUMBER)
                        .matcher(found.group(1))
                        .results()
                        .map(MatchResult::group)
                        .filter(number -> !sections.contains(number))
                        .forEach(number -> dangling.add(file.path() + ": manta.md " + number)));
        unresolved(DECISION.matcher(text), decisions).forEach(each -> dangling.add(file.path() + ": decision " + each));
        unresolved(PROMISE.matcher(text), promises).forEach(each -> dangling.add(file.path() + ": promise " + each));
        DOCUMENT.matcher(text)
                .results()
                .map(MatchResult::group)
                .filter(path -> !Files.exists(root.resolve(path)))
                .forEach(path -> dangling.add(file.path() + ": " + path));
        if (file.path().endsWith(".md")) {
            danglingInDocument(file, text, dangling);
        }
        return dangling;
    }

    private void danglingInDocument(TextFile file, String text, List<String> dangling) {
        Path folder = root.resolve(file.path()).resolveSibling("");
        LINK.matcher(text)
                .results()
                .map(found -> found.group(1))
                .filter(link -> !Files.exists(folder.resolve(link)))
                .forEach(link -> dangling.add(file.path() + ": link to " + link));
        TEST.matcher(text)
                .results()
                .map(found -> found.group(2) == null ? found.group(1) : found.group(1) + "." + found.group(2))
                .filter(test -> !tests.contains(test))
                .forEach(test -> dangling.add(file.path() + ": test " + test));
    }

    private static List<String> unresolved(Matcher citations, Set<String> known) {
        return citations
                .results()
                .map(found -> found.group(1))
                .filter(each -> !known.contains(each))
                .toList();
    }

    /** How many sections of the wire specification the file cites. */
    static long sectionsCitedIn(TextFile file) {
        return SECTIONS.matcher(LINE_BREAK.matcher(file.text()).replaceAll(" "))
                .results()
                .count();
    }
}
