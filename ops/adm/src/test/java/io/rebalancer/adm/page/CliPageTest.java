package io.rebalancer.adm.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.adm.page.RecordedPage.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of {@code docs/operations/cli.md} in one shell, as its reader does, with the distribution that was built just
 * before, and compares what they print with the page. With {@code -Dcli.page=write} the page is rewritten instead.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "cli.distribution", matches = ".+\\.tar\\.gz")
class CliPageTest {
    private static final Path PAGE = Path.of("../../docs/operations/cli.md");
    private static final String FIX = "If the page is to show this, rewrite it with: make docs-cli";

    /** The page begins with the command that built the distribution of this test. */
    private static final String BUILD = "make dist";

    @TempDir
    private Path directory;

    @Test
    void theCommandsPrintWhatThePageShows() throws Exception {
        RecordedPage page = RecordedPage.parse(Files.readString(PAGE));
        if (System.getProperty("cli.page", "").equals("write")) {
            Files.writeString(PAGE, page.withSteps(run(page.steps(), false)));
            return;
        }
        StringBuilder differences = new StringBuilder();
        List<Step> printed = run(page.steps(), true);
        for (int index = 0; index < printed.size(); index++) {
            Step step = page.steps().get(index);
            if (!printed.get(index).output().equals(step.output())) {
                differences.append(difference(step, printed.get(index)));
            }
        }
        assertThat(differences.toString())
                .withFailMessage(
                        "docs/operations/cli.md shows other output than the commands print.\n%s\n%s", differences, FIX)
                .isEmpty();
    }

    /**
     * Runs the commands, and returns them with what they print.
     *
     * @param stops whether to end with a command that fails otherwise than in the page: the others depend on it
     */
    private List<Step> run(List<Step> steps, boolean stops) throws Exception {
        Path archive = Path.of(System.getProperty("cli.distribution")).toRealPath();
        String version = archive.getFileName().toString().replaceAll("^rebalancer-|\\.tar\\.gz$", "");
        Path home = Files.createDirectories(directory.resolve("home"));
        Path target = Files.createDirectories(home.resolve("rebalancer/target"));
        Files.copy(archive, target.resolve(archive.getFileName()));
        StableText stable = new StableText(home.toString(), version);
        steps.forEach(step -> stable.keepIds(step.command()));
        List<Step> printed = new ArrayList<>();
        try (Shell shell = new Shell(directory, home, Map.of("JAVA_HOME", System.getProperty("java.home")))) {
            shell.run("cd ~/rebalancer", true);
            for (Step step : steps) {
                String command = step.command().replace("VERSION", version);
                Shell.Result result = command.equals(BUILD)
                        ? new Shell.Result(0, "target/" + archive.getFileName() + "\n", "")
                        : shell.run(command, !step.refused());
                if (step.refused()) {
                    assertRefused(step, result);
                }
                Step now = step.withOutput(output(stable, result));
                printed.add(now);
                if (stops && result.code() != 0 && !last(now).equals(last(step))) {
                    break;
                }
            }
        }
        return printed;
    }

    private static List<String> output(StableText stable, Shell.Result result) {
        List<String> lines = new ArrayList<>(stable.lines(result.out() + result.err()));
        if (result.code() != 0) {
            lines.add("[exit code " + result.code() + "]");
        }
        return lines;
    }

    private static String last(Step step) {
        return step.output().isEmpty() ? "" : step.output().get(step.output().size() - 1);
    }

    private static void assertRefused(Step step, Shell.Result result) {
        assertThat(result.code()).as(step.command()).isNotZero();
        assertThat(result.err().lines())
                .as("standard error of: %s", step.command())
                .singleElement()
                .asString()
                .doesNotContain("Exception", "\tat ");
    }

    private static String difference(Step page, Step printed) {
        StringBuilder text = new StringBuilder("\ncli.md:" + page.line() + ", section \"" + page.section() + "\"\n");
        page.prompt().forEach(line -> text.append("  ").append(line).append('\n'));
        appendLines(text, "- ", page.output(), printed.output());
        appendLines(text, "+ ", printed.output(), page.output());
        return text.toString();
    }

    /** Adds the lines that the other output lacks, or all lines if only their order differs. */
    private static void appendLines(StringBuilder text, String sign, List<String> lines, List<String> other) {
        boolean sameLines = other.containsAll(lines) && lines.containsAll(other);
        lines.stream()
                .filter(line -> sameLines || !other.contains(line))
                .forEach(line -> text.append(sign).append(line).append('\n'));
    }
}
