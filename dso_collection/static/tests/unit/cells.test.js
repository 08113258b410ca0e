import { parseCells } from "@dso_collection/paste/cells";
import { expect, test } from "@odoo/hoot";

test("a word to search for is one value", () => {
    expect(parseCells("Azure Interior")).toEqual(["Azure Interior"]);
    expect(parseCells("C001\r\n")).toEqual(["C001"]);
    expect(parseCells("  ")).toEqual([]);
    expect(parseCells("")).toEqual([]);
});

test("lines of every system and tabs separate values", () => {
    expect(parseCells("C001\nC002\r\nC003\rC004\tC005\n")).toEqual([
        "C001",
        "C002",
        "C003",
        "C004",
        "C005",
    ]);
});

test("empty cells and repeated values fall away, spaces around a value too", () => {
    expect(parseCells("C001 \t\t\u00a0C002\n\nC001\nC0 03")).toEqual(["C001", "C002", "C0 03"]);
});

test("quoted cells keep their quotes, tabs and line breaks as one value", () => {
    expect(parseCells('"Bar ""Chez Léa"""\n"Two\nlines"\n5" pipe\tC001')).toEqual([
        'Bar "Chez Léa"',
        "Two lines",
        '5" pipe',
        "C001",
    ]);
});

test("leading zeros and signs stay", () => {
    expect(parseCells("00042\n-7\n1.0")).toEqual(["00042", "-7", "1.0"]);
});
