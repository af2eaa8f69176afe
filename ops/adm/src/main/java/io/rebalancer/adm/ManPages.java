package io.rebalancer.adm;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/**
 * Writes the man pages and the shell completion of a distribution: a page for each command, from the same texts as its help.
 * They have no date, so equal sources give equal files.
 */
final class ManPages {
    private ManPages() {}

    /** @param arguments the directory {@code share} of the distribution */
    public static void main(String[] arguments) throws IOException {
        Path share = Path.of(arguments[0]);
        CommandLine top = CommandTree.create(AdmContext.ofProcess(discarded(), discarded()));
        Path pages = Files.createDirectories(share.resolve("man/man1"));
        for (Map.Entry<String, String> page : of(top).entrySet()) {
            Files.writeString(pages.resolve(page.getKey()), page.getValue());
        }
        Path completions = Files.createDirectories(share.resolve("bash-completion/completions"));
        Files.writeString(
                completions.resolve(LegacyUsage.PROGRAM), CompletionCommand.script(CompletionCommand.Shell.BASH, top));
    }

    private static PrintWriter discarded() {
        return new PrintWriter(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    }

    /** The pages of a command and of those below it, by file name. */
    static Map<String, String> of(CommandLine command) {
        Map<String, String> pages = new LinkedHashMap<>();
        add(pages, command);
        return pages;
    }

    private static void add(Map<String, String> pages, CommandLine command) {
        pages.put(ManPage.name(command) + ".1", ManPage.of(command));
        command.getSubcommands().values().forEach(each -> add(pages, each));
    }
}
