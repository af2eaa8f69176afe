package io.rebalancer.adm;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The man page of one command, in the macros of man(7), from the texts of its help. */
final class ManPage {
    private static final String NO_DATE = "\"\"";

    private final CommandSpec spec;
    private final StringBuilder text = new StringBuilder();

    private ManPage(CommandSpec spec) {
        this.spec = spec;
    }

    /** The name of the page: the words of the command with dashes between them. */
    static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName("-");
    }

    /** The text of the page. */
    static String of(CommandLine command) {
        return new ManPage(command.getCommandSpec()).write();
    }

    private String write() {
        String name = spec.qualifiedName("-");
        String description = String.join(" ", spec.usageMessage().description());
        String version = String.join(" ", spec.root().version());
        line(".TH " + escaped(name.toUpperCase(Locale.ROOT)) + " 1 " + NO_DATE + " \"" + escaped(version) + "\"");
        section("NAME", escaped(name) + " \\- " + escaped(firstSentence(description)));
        section("SYNOPSIS", synopsis());
        section("DESCRIPTION", escaped(description));
        if (!spec.positionalParameters().isEmpty()) {
            line(".SH ARGUMENTS");
            spec.positionalParameters().forEach(this::parameter);
        }
        line(".SH OPTIONS");
        spec.options().stream().filter(each -> !each.hidden()).forEach(this::option);
        if (!spec.subcommands().isEmpty()) {
            line(".SH COMMANDS");
            spec.subcommands()
                    .values()
                    .forEach(each -> item(
                            bold(each.getCommandName()),
                            String.join(
                                    " ", each.getCommandSpec().usageMessage().description())));
        }
        line(".SH EXIT STATUS");
        ExitCode.meanings().forEach((code, meaning) -> item(bold(code), meaning));
        line(".SH ENVIRONMENT");
        item(bold("REBALANCER_URL"), "addresses of the managers, separated by commas");
        item(bold("REBALANCER_TOKEN_FILE"), "file with the token of the API");
        item(bold("REBALANCER_OUTPUT"), "table, json or jsonl");
        item(bold(AdmSettings.CONFIG_VARIABLE), "settings file to read instead of the file below");
        line(".SH FILES");
        item(
                italic("~/.config/rebalancer/adm.conf"),
                "lines of the form key = value with the keys url, token-file, ca-file and output; options and environment"
                        + " variables override them");
        CommandLine parent = spec.parent() == null ? null : spec.parent().commandLine();
        if (parent != null) {
            section("SEE ALSO", bold(name(parent)) + "(1)");
        }
        return text.toString();
    }

    private static String firstSentence(String text) {
        int end = text.indexOf(". ");
        String sentence = (end < 0 ? text : text.substring(0, end)).strip();
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private String synopsis() {
        String required = spec.options().stream()
                .filter(OptionSpec::required)
                .map(each -> " " + bold(each.longestName()) + " " + italic(each.paramLabel()))
                .collect(Collectors.joining());
        String parameters = spec.positionalParameters().stream()
                .map(each -> " " + (each.arity().min() == 0 ? "[" : "") + italic(each.paramLabel())
                        + (each.arity().max() > 1 ? " ..." : "") + (each.arity().min() == 0 ? "]" : ""))
                .collect(Collectors.joining());
        return bold(spec.qualifiedName()) + " [OPTION]..." + required + parameters
                + (spec.subcommands().isEmpty() ? "" : " [COMMAND]");
    }

    private void parameter(PositionalParamSpec parameter) {
        item(italic(parameter.paramLabel()), description(parameter));
    }

    private void option(OptionSpec option) {
        String names = Arrays.stream(option.names()).map(ManPage::bold).collect(Collectors.joining(", "));
        boolean optional = option.arity().min() == 0;
        String label = option.arity().max() == 0
                ? ""
                : (optional ? "[=" : " ") + italic(option.paramLabel()) + (optional ? "]" : "");
        item(names + label, description(option));
    }

    private static String description(ArgSpec argument) {
        return String.join(" ", List.of(argument.description()))
                .replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue()));
    }

    private void section(String title, String formatted) {
        line(".SH " + title);
        line(formatted);
    }

    /** @param plain a text that is not formatted yet */
    private void item(String formatted, String plain) {
        line(".TP");
        line(formatted);
        line(escaped(plain));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static String bold(String plain) {
        return "\\fB" + escaped(plain) + "\\fR";
    }

    private static String italic(String plain) {
        return "\\fI" + escaped(plain) + "\\fR";
    }

    /** A text in which nothing is a macro, an escape or a hyphenation point. */
    private static String escaped(String plain) {
        String escaped = plain.replace("\\", "\\e")
                .replace("-", "\\-")
                .replaceAll("\\s+", " ")
                .strip();
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
