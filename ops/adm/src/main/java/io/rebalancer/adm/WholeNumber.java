package io.rebalancer.adm;

import picocli.CommandLine;

/** Converts the whole numbers of options. The messages of picocli have the names of Java's types. */
final class WholeNumber {

    private WholeNumber() {}

    /** Registers the converters for a command and all commands below it. */
    static void register(CommandLine command) {
        command.registerConverter(Long.class, WholeNumber::parse);
        command.registerConverter(Long.TYPE, WholeNumber::parse);
        command.registerConverter(Integer.class, WholeNumber::parseInt);
        command.registerConverter(Integer.TYPE, WholeNumber::parseInt);
    }

    private static long parse(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new CommandLine.TypeConversionException("a whole number is required, not '" + text + "'");
        }
    }

    private static int parseInt(String text) {
        long number = parse(text);
        if (number != (int) number) {
            throw new CommandLine.TypeConversionException("the number " + text + " is too large or too small");
        }
        return (int) number;
    }
}
