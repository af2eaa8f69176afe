package io.rebalancer.adm;

import picocli.CommandLine;

/**
 * Converts the whole numbers of options. The messages of picocli have the names of Java's types. The converters are classes and no
 * lambdas: JDK 17 crashes when it archives further lambdas of interfaces of picocli, which are in an old class format.
 */
final class WholeNumber {

    private WholeNumber() {}

    /** Registers the converters for a command and all commands below it. */
    static void register(CommandLine command) {
        OfLong ofLong = new OfLong();
        OfInt ofInt = new OfInt();
        command.registerConverter(Long.class, ofLong);
        command.registerConverter(Long.TYPE, ofLong);
        command.registerConverter(Integer.class, ofInt);
        command.registerConverter(Integer.TYPE, ofInt);
    }

    private static final class OfLong implements CommandLine.ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return parse(text);
        }
    }

    private static final class OfInt implements CommandLine.ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            long number = parse(text);
            if (number != (int) number) {
                throw new CommandLine.TypeConversionException("the number " + text + " is too large or too small");
            }
            return (int) number;
        }
    }

    private static long parse(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new CommandLine.TypeConversionException("a whole number is required, not '" + text + "'");
        }
    }
}
