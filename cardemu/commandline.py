"""The verbs of `cardmill card`: one function per verb, no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cardemu.host.limits import MAX_PROCESSES

card = typer.Typer(
    help="Make, read and question emulated cards.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="no progress, no table: the exit code alone")]
AsJson = Annotated[bool, typer.Option("--json", help="print the result as JSON")]
AnyCard = Annotated[str, typer.Argument(help="saved card (JSON), or pcsc:READER for the card in a PC/SC reader")]
OwnProduct = Annotated[str | None, typer.Option("--product", help="product file, if not one of the package")]


@card.command("new")
def card_new(  # noqa: PLR0913, PLR0917 - one argument an option
    product: Annotated[str, typer.Argument(help="generation-1, generation-2, generation-3 or a product file")],
    out: Annotated[Path, typer.Argument(help="file to write")],
    index: Annotated[int, typer.Option(min=0, help="which synthetic person")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="seed of the card's challenges")] = 1,
    region: Annotated[str, typer.Option(help="division code; 99.. is assigned to no place")] = "990301",
    issue_date: Annotated[str, typer.Option(help="CCYYMMDD")] = "20260302",
    field: Annotated[list[str], typer.Option("--field", help="NAME=VALUE, such as person.name=李敏")] = [],  # noqa: B006
    photo: Annotated[Path | None, typer.Option(help="photo for the chip, at most 4096 bytes")] = None,
    premade: Annotated[bool, typer.Option("--premade", help="keys and files only, no person")] = False,
    audit: Annotated[Path | None, typer.Option(help="write the audit record of the personalisation")] = None,
) -> None:
    """Make a card from a synthetic person."""
    from cardemu import console

    wanted = console.NewCard(product, out, index, seed, region, issue_date, tuple(field), photo, premade, audit)
    raise typer.Exit(console.new(wanted))


@card.command("read")
def card_read(
    file: AnyCard,
    address: Annotated[str, typer.Argument(help="what to read, such as SSSEEF05|01|07|$ (default: everything)")] = "",
    pin: Annotated[str, typer.Option(help="PIN, for what needs one")] = "",
    as_json: AsJson = False,
    product: OwnProduct = None,
    lang: Annotated[str, typer.Option(help="language of the table: en or zh")] = "en",
) -> None:
    """Read a card as a terminal does."""
    from cardemu import console

    raise typer.Exit(console.read(file, address, pin=pin, as_json=as_json, product_name=product, lang=lang))


@card.command("write")
def card_write(
    file: AnyCard,
    values: Annotated[list[str], typer.Argument(help="FILE.TAG=VALUE")],
    product: OwnProduct = None,
) -> None:
    """Write data elements."""
    from cardemu import console

    raise typer.Exit(console.write(file, values, product_name=product))


@card.command("verify")
def card_verify(
    file: AnyCard, pin: Annotated[str, typer.Argument(help="4 to 16 digits")], product: OwnProduct = None
) -> None:
    """Show a PIN to a card."""
    from cardemu import console

    raise typer.Exit(console.verify(file, pin, product_name=product))


@card.command("apdu")
def card_apdu(
    file: AnyCard,
    script: Annotated[Path | None, typer.Argument(help="script, or a trace to replay (default: typed in)")] = None,
    product: OwnProduct = None,
    trace: Annotated[Path | None, typer.Option(help="write what was said: .trace, .scriptor or .clf")] = None,
) -> None:
    """Talk to a card, from a script or line by line."""
    from cardemu import console

    raise typer.Exit(console.apdu(file, script, product_name=product, trace=trace))


@card.command("serve")
def card_serve(
    cards: Annotated[list[str], typer.Argument(help="saved cards or products (a new card is made), one a slot")],
    slot: Annotated[int, typer.Option(min=0, max=15, help="slot of the first card")] = 0,
    own_pcscd: Annotated[
        bool, typer.Option("--own-pcscd", help="start a PC/SC service for these cards alone; needs no root")
    ] = False,
    program: Annotated[str, typer.Option("--run", help="run this meanwhile, such as pcsc_scan; end when it ends")] = "",
    save: Annotated[
        list[Path] | None, typer.Option(help="save the card there at the end; once for each card, in their order")
    ] = None,
    contactless: Annotated[
        bool, typer.Option("--contactless", help="show them as a contactless reader does: its ATR, UID with FFCA000000")
    ] = False,
    product: OwnProduct = None,
) -> None:
    """Put cards into a virtual PC/SC reader, where other programs see them, until Ctrl-C.

    What they write is lost unless --save is given.  SIGUSR1 (kill -USR1) puts the next cards in: of another person, or
    a saved card as its file is then.
    """
    from cardemu import serving

    raise typer.Exit(
        serving.serve(
            cards,
            slot=slot,
            product_name=product,
            own=own_pcscd,
            program=program,
            save=save or (),
            contactless=contactless,
        )
    )


@card.command("catalogue")
def card_catalogue(
    product: Annotated[str, typer.Argument(help="card product")] = "generation-2", as_json: AsJson = False
) -> None:
    """List commands and data elements."""
    from cardemu import console

    raise typer.Exit(console.catalogue(product, as_json=as_json))


@card.command("time")
def card_time(
    product: Annotated[str, typer.Argument(help="card product")],
    script: Annotated[
        Path | None, typer.Argument(help="commands in hex (default: the product's personalisation)")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="write the script that was timed")] = None,
    as_json: AsJson = False,
) -> None:
    """Show where the chip's time goes while a script runs."""
    from cardemu import console

    raise typer.Exit(console.time(product, script, save=save, as_json=as_json))


@card.command("fuzz")
def card_fuzz(
    product: Annotated[str, typer.Argument(help="card product or product file, or psam")],
    commands: Annotated[int, typer.Option(min=1, help="how many commands")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="another seed, other sequences")] = 1,
    out: Annotated[Path | None, typer.Option(help="where to write the script of a failure (default: print it)")] = None,
    replay: Annotated[Path | None, typer.Option(help="play such a script instead")] = None,
) -> None:
    """Send mutated conversations to a card and check that its state and answers stay valid."""
    from cardemu.fuzzing import console

    raise typer.Exit(console.fuzz(product, commands=commands, seed=seed, out=out, replay=replay))


@card.command("reference")
def card_reference(  # noqa: PLR0913, PLR0917 - one argument an option
    person: Annotated[
        str, typer.Argument(help="number of a synthetic person, card.toml or .json, a CSV file, or a run folder")
    ],
    out: Annotated[Path, typer.Option(help="folder of the bundle, or of a batch's bundles")],
    product: Annotated[str, typer.Option(help="generation-1, generation-2, generation-3 or a product file")] = "",
    seed: Annotated[int | None, typer.Option(min=0, help="seed of the synthetic people (default: 1)")] = None,
    region: Annotated[
        str | None, typer.Option(help="division code; 99.. is assigned to no place (default: 990301)")
    ] = None,
    issue_date: Annotated[
        str | None,
        typer.Option(help="CCYYMMDD where a file has none (default: 20260302); a run's cards have it"),
    ] = None,
    field: Annotated[list[str], typer.Option("--field", help="NAME=VALUE, such as person.name=李敏")] = [],  # noqa: B006
    photo: Annotated[Path | None, typer.Option(help="photo for the chip, at most 4096 bytes")] = None,
    portrait: Annotated[Path | None, typer.Option(help="portrait for the face, as 358 wide to 441 high")] = None,
    font_file: Annotated[
        list[str], typer.Option("--font-file", help="font for characters the bundled ones lack; FILE or FILE#NUMBER")
    ] = [],  # noqa: B006
    limit: Annotated[int, typer.Option(min=0, help="of a batch, the first so many (0: all)")] = 0,
    workers: Annotated[int, typer.Option(min=0, max=MAX_PROCESSES, help="processes for a batch (0: one a CPU)")] = 0,
    force: Annotated[bool, typer.Option("--force", help="replace bundles that are there already")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write all a card must contain: chip, scripts, stripe, faces, with a manifest."""
    from cardemu.reference import console

    asked = console.Reference(
        person, product, out, seed, region, issue_date, tuple(field), photo, portrait, tuple(font_file), limit,
        workers, as_json, quiet, force,
    )  # fmt: skip
    raise typer.Exit(console.reference(asked))


@card.command("face")
def card_face(  # noqa: PLR0913, PLR0917 - one argument an option
    who: Annotated[str, typer.Argument(help="number of a synthetic person, file of values (TOML), or saved card")],
    out: Annotated[Path, typer.Option(help="folder to write into")],
    product: Annotated[str, typer.Option(help="generation-1, generation-2, generation-3 or a product file")] = "",
    side: Annotated[str, typer.Option(help="front, back or both")] = "both",
    dpi: Annotated[str, typer.Option(help="resolution of PNG files: 300, 600 or 300,600")] = "300",
    formats: Annotated[str, typer.Option("--format", help="png, svg, pdf, json (the description), by commas")] = "png",
    seed: Annotated[int | None, typer.Option(min=0, help="seed of the synthetic people (default: 1)")] = None,
    region: Annotated[
        str | None, typer.Option(help="division code; 99.. is assigned to no place (default: 990301)")
    ] = None,
    issue_date: Annotated[str | None, typer.Option(help="CCYYMMDD (default: 20260302)")] = None,
    field: Annotated[list[str], typer.Option("--field", help="NAME=VALUE, such as person.name=李敏")] = [],  # noqa: B006
    portrait: Annotated[Path | None, typer.Option(help="photo in place of the drawn portrait, PNG or JPEG")] = None,
    font_file: Annotated[
        list[str], typer.Option("--font-file", help="font for characters the bundled ones lack; FILE or FILE#NUMBER")
    ] = [],  # noqa: B006
    artwork: Annotated[
        list[str], typer.Option("--artwork", help="image for a placeholder: NAME=FILE, such as emblem=emblem.png")
    ] = [],  # noqa: B006
    geometry: Annotated[bool, typer.Option("--geometry", help="also draw boxes, contacts and hidden stripe")] = False,
) -> None:
    """Draw both sides of a card, marked as a specimen."""
    from cardemu.face import console

    wanted = console.WantedFace(
        who,
        out,
        product,
        side,
        dpi,
        formats,
        seed,
        region,
        issue_date,
        tuple(field),
        portrait,
        tuple(font_file),
        tuple(artwork),
        geometry,
    )
    raise typer.Exit(console.face(wanted))


@card.command("compare")
def card_compare(  # noqa: PLR0913, PLR0917 - one argument an option
    reference: Annotated[Path, typer.Argument(help="reference bundle (a folder)")],
    against: Annotated[
        str,
        typer.Argument(
            help="another bundle, pcsc:READER, saved card or chip dump (JSON), tracks (text), WAV, scan (PNG, JPEG); "
            "without it, the bundle's own media against one another"
        ),
    ] = "",
    product: OwnProduct = None,
    side: Annotated[str, typer.Option(help="of a scan: front or back (default: whichever it shows)")] = "",
    pin: Annotated[str, typer.Option(help="PIN, for what a card in a reader shows for one alone")] = "",
    picture: Annotated[Path | None, typer.Option(help="folder for pictures of what differs")] = None,
    junit: Annotated[Path | None, typer.Option(help="write the verdict as JUnit XML")] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare a card with its reference: exit code 0 the same, 1 different, 2 wrong input, 3 not all can be judged."""
    from cardemu.compare import console

    asked = console.Comparison(reference, against, product or "", side, pin, picture, junit, as_json, quiet)
    raise typer.Exit(console.compare(asked))


@card.command("check")
def card_check(
    bundle: Annotated[Path, typer.Argument(help="bundle (a folder)")],
    product: OwnProduct = None,
    junit: Annotated[Path | None, typer.Option(help="write the verdict as JUnit XML")] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find contradictions between chip, stripe and face of one card, without a reference."""
    from cardemu.compare import console

    asked = console.Comparison(bundle, product=product or "", junit=junit, as_json=as_json, quiet=quiet)
    raise typer.Exit(console.compare(asked))
