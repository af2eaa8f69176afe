package io.rebalancer.adm.page;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Markdown page with recorded commands. Commands are in blocks that begin with {@code ```console}: a command line begins with
 * {@code "$ "}, its continuations with {@code "> "}, and the lines below are its output. The last one is {@code [exit code N]} if
 * the code is not 0. In a block that begins with {@code ```console refused}, each command is refused.
 */
final class RecordedPage {
    private static final String FENCE = "```";
    private static final String RECORDED = "```console";
    private static final String REFUSED = "```console refused";
    private static final String PROMPT = "$ ";
    private static final String CONTINUATION = "> ";

    private final List<Part> parts = new ArrayList<>();

    private sealed interface Part {}

    /** A line that is not part of a command or its output. */
    private record Prose(String line) implements Part {}

    /**
     * A command with its output.
     *
     * @param section the heading above it
     * @param line number of its line in the page, from 1
     * @param prompt the lines of the command as they are in the page
     * @param refused whether the command must fail with one line on standard error
     * @param output the lines below the command
     */
    record Step(String section, int line, List<String> prompt, boolean refused, List<String> output) implements Part {
        /** The text for the shell. */
        String command() {
            return prompt.stream().map(each -> each.substring(PROMPT.length())).collect(Collectors.joining("\n"));
        }

        Step withOutput(List<String> lines) {
            return new Step(section, line, prompt, refused, lines);
        }
    }

    private RecordedPage() {}

    /** Reads a page. */
    static RecordedPage parse(String text) {
        RecordedPage page = new RecordedPage();
        List<String> lines = text.lines().toList();
        String section = "";
        String fence = "";
        for (int index = 0; index < lines.size(); index++) {
            String line = lines.get(index);
            boolean recorded = fence.startsWith(RECORDED);
            if (line.startsWith(FENCE)) {
                fence = fence.isEmpty() ? line : "";
            } else if (fence.isEmpty() && line.startsWith("#")) {
                section = line.replaceFirst("#+ *", "");
            } else if (recorded && line.startsWith(PROMPT)) {
                page.parts.add(new Step(
                        section, index + 1, new ArrayList<>(List.of(line)), fence.equals(REFUSED), new ArrayList<>()));
                continue;
            } else if (recorded && page.last() instanceof Step step) {
                boolean continued =
                        line.startsWith(CONTINUATION) && step.output().isEmpty();
                (continued ? step.prompt() : step.output()).add(line);
                continue;
            }
            page.parts.add(new Prose(line));
        }
        return page;
    }

    private Part last() {
        return parts.get(parts.size() - 1);
    }

    /** The commands in their order. */
    List<Step> steps() {
        return parts.stream()
                .filter(Step.class::isInstance)
                .map(Step.class::cast)
                .toList();
    }

    /** The text of the page in which these steps replace the recorded ones. */
    String withSteps(List<Step> steps) {
        List<String> lines = new ArrayList<>();
        int next = 0;
        for (Part part : parts) {
            if (part instanceof Prose prose) {
                lines.add(prose.line());
            } else {
                Step step = steps.get(next++);
                lines.addAll(step.prompt());
                lines.addAll(step.output());
            }
        }
        return lines.stream().map(each -> each + "\n").collect(Collectors.joining());
    }
}
