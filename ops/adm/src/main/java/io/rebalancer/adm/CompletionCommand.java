package io.rebalancer.adm;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion bash|zsh}: prints the script with which a shell completes command lines. */
@Command(
        name = "completion",
        description = "Prints a script that lets a shell complete commands and options.",
        footer = {
            "",
            "Load it in a shell, or in its start file, with:",
            "  source <(" + LegacyUsage.PROGRAM + " completion bash)"
        })
final class CompletionCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "<shell>", description = "bash or zsh")
    private Shell shell = Shell.BASH;

    /** A shell that the script is for. */
    enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public void run() {
        AdmContext context = AdmContext.of(spec);
        context.out().print(script(shell, CommandTree.create(context)));
        context.out().flush();
    }

    /** The script for a shell. A zsh reads it through its emulation of the completion of bash, which the script loads. */
    static String script(Shell shell, CommandLine top) {
        String bash = AutoComplete.bash(LegacyUsage.PROGRAM, top);
        return bash.replaceFirst("^#!/usr/bin/env bash", "#!/usr/bin/env " + shell);
    }
}
