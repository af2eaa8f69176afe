package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What all commands share: help, man pages, completion, exit codes. */
class CommandTreeTest {
    private final ServedCommand command = ServedCommand.start(request -> new ServedCommand.Response(200, "[]"));
    private final CommandLine top = command.tree();

    CommandTreeTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private static List<CommandLine> all(CommandLine command) {
        List<CommandLine> found = new ArrayList<>(List.of(command));
        command.getSubcommands().values().forEach(each -> found.addAll(all(each)));
        return found;
    }

    @Test
    void everyHelpTextFitsEightyColumns() {
        assertThat(all(top)).hasSizeGreaterThan(45).allSatisfy(each -> {
            String[] path = each.getCommandSpec().qualifiedName(" ").split(" ");
            String help = each.getUsageMessage();
            assertThat(help.lines()).as(String.join(" ", path)).allMatch(line -> line.length() <= 80);
            assertThat(each.getCommandSpec().usageMessage().description())
                    .as(String.join(" ", path))
                    .isNotEmpty();
        });
    }

    @Test
    void everyCommandHasAHelpOptionAndTheTopOneListsTheExitCodes() {
        assertThat(command.runWithoutUrl("job", "list", "--help")).isZero();
        assertThat(command.out()).contains("Usage: rebalancer-adm job list", "--output", "--url");
        assertThat(command.runWithoutUrl("--help")).isZero();
        for (ExitCode each : ExitCode.values()) {
            assertThat(command.out().replaceAll("\\s+", " ")).contains(" " + each.code() + " ");
        }
        assertThat(command.out()).contains("refuses the token (401, 403)").doesNotContain("\u001b");
        assertThat(ExitCode.values()).extracting(ExitCode::code).containsExactly(0, 1, 2, 2, 3, 4, 5);
    }

    /** Only the commands that the first two words name are built. */
    @Test
    void everyCommandIsFoundByItsFirstWordsAndWithoutThem() {
        top.getSubcommands().forEach((name, group) -> {
            assertThat(command.runWithoutUrl(name, "--help")).as(name).isZero();
            assertThat(command.runWithoutUrl("help", name)).as(name).isZero();
            for (String second : group.getSubcommands().keySet()) {
                assertThat(command.runWithoutUrl(name, second, "--help"))
                        .as(name + " " + second)
                        .isZero();
                assertThat(command.out()).contains("Usage: rebalancer-adm " + name + " " + second);
            }
        });
        assertThat(command.runWithoutUrl("jobs")).isEqualTo(1);
        assertThat(command.err()).contains("Found argument 'jobs'");
    }

    @Test
    void everyCommandHasAManPage() {
        Map<String, String> pages = ManPages.of(top);
        assertThat(pages).hasSameSizeAs(all(top)).containsKeys("rebalancer-adm.1", "rebalancer-adm-job-watch.1");
        assertThat(pages.values()).allSatisfy(page -> {
            assertThat(page).contains(".TH ", ".SH NAME\n", ".SH SYNOPSIS\n", ".SH OPTIONS\n", ".SH EXIT STATUS\n");
            assertThat(page.lines()).noneMatch(line -> line.isBlank() || line.contains("${"));
        });
        assertThat(pages.get("rebalancer-adm-audit-list.1"))
                .contains("\\fB\\-\\-limit\\fR \\fIN\\fR\nmaximum number of entries (default: 50)");
        assertThat(pages.get("rebalancer-adm-job-create.1")).contains("[\\fI<node>\\fR] [COMMAND]");
    }

    @Test
    void theDistributionGetsPagesAndCompletion(@TempDir Path share) throws IOException {
        ManPages.main(new String[] {share.toString()});
        assertThat(share.resolve("man/man1/rebalancer-adm-job-list.1")).isNotEmptyFile();
        assertThat(share.resolve("bash-completion/completions/rebalancer-adm")).isNotEmptyFile();
    }

    @Test
    void bashCompletesCommandsAndOptions(@TempDir Path directory) throws Exception {
        assertThat(command.runWithoutUrl("completion", "bash")).isZero();
        Path script = Files.writeString(directory.resolve("script"), command.out());
        assertThat(complete(script, "rebalancer-adm", "job", "wa")).contains("watch", "waiting");
        assertThat(complete(script, "rebalancer-adm", "job", "list", "--out")).contains("--output");
        assertThat(complete(script, "rebalancer-adm", "job", "list", "--output", "json"))
                .contains("json", "jsonl");
        assertThat(command.runWithoutUrl("completion", "zsh")).isZero();
        assertThat(command.out()).contains("#!/usr/bin/env zsh", "bashcompinit");
        assertThat(command.runWithoutUrl("completion", "fish")).isEqualTo(1);
        assertThat(command.err()).contains("bash, zsh");
    }

    private static List<String> complete(Path script, String... words) throws Exception {
        String line = "source " + script + "; COMP_WORDS=(" + String.join(" ", words) + "); COMP_CWORD="
                + (words.length - 1) + "; _complete_rebalancer-adm; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process process =
                new ProcessBuilder("bash", "-c", line).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed.lines().map(String::strip).toList();
    }
}
