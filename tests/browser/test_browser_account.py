"""A person's account by clicks: signing up and in, the second factor, other devices, settings, three languages."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import NewVisitor
from tests.browser.stage import (
    SIZES,
    BrowserBuyer,
    BrowserMarket,
    Shopkeeper,
    Visitor,
    check_page,
    message_code,
    prove_phone,
)
from tests.flows.actors import Authenticator, eventually, new_phone

pytestmark = pytest.mark.slow

PASSWORD = "korzina-i-kalpak"
sizes = pytest.mark.parametrize("size", SIZES)
SETTINGS = {"ru": "Настройки", "ky": "Жөндөөлөр", "en": "Settings"}
LANGUAGE = {"ru": "Язык", "ky": "Тил", "en": "Language"}


async def fill_sign_up(page: Page, phone: str, name: str = "Айгуль") -> None:
    """Fill the form of sign-up and send it."""
    await page.get_by_label("Как вас зовут").fill(name)
    await page.get_by_label("Телефон или почта").fill(phone)
    await page.get_by_label("Новый пароль").fill(PASSWORD)
    await page.get_by_role("button", name="Создать аккаунт").click()


async def sign_in_by_clicks(page: Page, login: str, password: str = PASSWORD) -> None:
    """Fill the first form of sign-in and send it."""
    await page.get_by_label("Телефон или почта").fill(login)
    await page.get_by_label("Пароль", exact=True).fill(password)
    await page.get_by_role("main").get_by_role("button", name="Войти", exact=True).click()


@sizes
async def test_somebody_signs_up_out_and_in(visit: NewVisitor, bazaar: BrowserMarket, size: str) -> None:
    visitor, phone = await visit(size), new_phone()
    page = visitor.page
    await visitor.open("/account")
    await check_page(visitor, "account-guest")
    await page.get_by_role("main").get_by_role("link", name="Создать аккаунт").click()
    await expect(page.get_by_role("heading", name="Новый аккаунт")).to_be_visible()
    await page.get_by_role("button", name="Создать аккаунт").click()
    await expect(page.get_by_label("Как вас зовут")).to_be_focused()
    await fill_sign_up(page, "12")
    await expect(page.get_by_text("Укажите телефон в международном виде")).to_be_visible()
    visitor.expected.append("400")
    visitor.expected.append("422")
    assert await bazaar.value("SELECT count(*) FROM identity.users WHERE phone = $1", phone) == 0
    await fill_sign_up(page, phone)
    await expect(page.get_by_role("heading", name="Айгуль")).to_be_visible()
    await check_page(visitor, "account")
    await page.get_by_role("button", name="Выйти").click()
    await expect(page.get_by_role("heading", name="Рады вас видеть")).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="Войти").click()
    visitor.expected.append("401")
    await sign_in_by_clicks(page, phone, "not the password")
    await expect(page.get_by_text("Неверный логин или пароль")).to_be_visible()
    await expect(page.get_by_label("Телефон или почта")).to_have_value(phone)
    await check_page(visitor, "signin-wrong")
    await sign_in_by_clicks(page, phone)
    await expect(page.get_by_role("heading", name="Айгуль")).to_be_visible()


async def begin_second_factor(page: Page) -> Authenticator:
    """Ask for a secret on the page of security, and take it into an app with codes."""
    await page.get_by_role("button", name="Настроить второй шаг").click()
    link = await page.get_by_role("link", name="Открыть в приложении").get_attribute("href")
    found = re.search(r"secret=([A-Z2-7]+)", link or "")
    assert found is not None, link
    return Authenticator(found[1])


@sizes
async def test_the_second_factor_is_set_up_and_asked_for(visit: NewVisitor, bazaar: BrowserMarket, size: str) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    visitor = await visit(size)
    page = visitor.page
    await visitor.take_session(buyer.session)
    await visitor.open("/account/security")
    await check_page(visitor, "security")
    app = await begin_second_factor(page)
    await expect(page.get_by_role("heading", name="Сохраните коды восстановления")).to_be_visible()
    await check_page(visitor, "security-setup")
    visitor.expected.append("401")
    await page.get_by_label("Код из приложения").fill("000000")
    await page.get_by_role("button", name="Включить второй шаг").click()
    await expect(page.get_by_text("Код второго шага не подошёл")).to_be_visible()
    await page.get_by_label("Код из приложения").fill(await app.code())
    await page.get_by_role("button", name="Включить второй шаг").click()
    await expect(page.get_by_text("При входе нужен код из приложения")).to_be_visible()

    other = await visit(size)
    other.expected.append("401")
    await other.open("/signin")
    await sign_in_by_clicks(other.page, buyer.phone, buyer.password)
    await expect(other.page.get_by_label("Код из приложения")).to_be_focused()
    await check_page(other, "signin-second-factor")
    await other.page.get_by_label("Код из приложения").fill(await app.code())
    await other.page.get_by_role("main").get_by_role("button", name="Войти").click()
    await expect(other.page.get_by_role("main").get_by_role("heading").first).not_to_have_text("Вход")
    await other.open("/account")
    await expect(other.page.get_by_role("heading", name=buyer.name)).to_be_visible()
    await buyer.close()


async def test_a_recovery_code_signs_in_once_and_another_switches_the_second_factor_off(
    visit: NewVisitor, bazaar: BrowserMarket
) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    here, there = await visit("desktop"), await visit("phone")
    await here.take_session(buyer.session)
    await here.open("/account/security")
    app = await begin_second_factor(here.page)
    first, second, *_ = await here.page.get_by_text(re.compile(r"^\s*\w{4}-\w{4}-\w{4}\s*$")).all_inner_texts()
    await here.page.get_by_label("Код из приложения").fill(await app.code())
    await here.page.get_by_role("button", name="Включить второй шаг").click()
    await expect(here.page.get_by_text("При входе нужен код из приложения")).to_be_visible()

    # The phone with the app is lost.
    page = there.page
    there.expected.append("401")
    await there.open("/signin?next=/account/security")
    await sign_in_by_clicks(page, buyer.phone, buyer.password)
    await page.get_by_role("button", name="Нет приложения под рукой").click()
    await expect(page.get_by_label("Код восстановления")).to_be_focused()
    await page.get_by_label("Код восстановления").fill(first)
    await check_page(there, "signin-recovery")
    await page.get_by_role("main").get_by_role("button", name="Войти").click()
    await page.get_by_role("button", name="Отключить второй шаг").click()
    code = page.get_by_label("Код из приложения или код восстановления")
    await expect(code).to_be_focused()
    await code.fill(first)
    await page.get_by_role("button", name="Отключить второй шаг").click()
    await expect(page.get_by_text("Код второго шага не подошёл")).to_be_visible()
    await check_page(there, "security-off")
    on = "SELECT count(*) FROM identity.totp WHERE user_id = $1::uuid AND confirmed_at IS NOT NULL"
    assert await bazaar.value(on, buyer.user_id) == 1
    await code.fill(second)
    await page.get_by_role("button", name="Отключить второй шаг").click()
    await expect(page.get_by_role("heading", name="Вход")).to_be_visible()
    assert await bazaar.value(on, buyer.user_id) == 0
    await sign_in_by_clicks(page, buyer.phone, buyer.password)
    await expect(page.get_by_role("heading", name="Вход")).to_be_hidden()
    await there.open("/account/security")
    await expect(page.get_by_text("Второй шаг выключен")).to_be_visible()
    await buyer.close()


@sizes
async def test_a_session_is_ended_from_another_device(visit: NewVisitor, bazaar: BrowserMarket, size: str) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    here, there = await visit(size), await visit("desktop")
    await there.open("/signin?next=/account")
    await sign_in_by_clicks(there.page, buyer.phone, buyer.password)
    await expect(there.page.get_by_role("heading", name=buyer.name)).to_be_visible()
    await here.take_session(buyer.session)
    await here.open("/account/sessions")
    sessions = here.page.get_by_role("main").get_by_role("listitem")
    await expect(sessions).to_have_count(2)
    await expect(sessions.filter(has_text="это устройство")).to_have_count(1)
    await check_page(here, "sessions")
    await here.page.get_by_role("button", name=re.compile("Завершить вход")).click()
    await expect(sessions).to_have_count(1)
    await expect(here.page.get_by_text("Вы вошли только на этом устройстве")).to_be_visible()
    there.expected.append("401")
    await there.page.goto(bazaar.url() + "/account/sessions")
    await expect(there.page.get_by_role("heading", name="Вход")).to_be_visible()
    # The device that ended it is still signed in.
    await here.open("/account")
    await expect(here.page.get_by_role("heading", name=buyer.name)).to_be_visible()
    await buyer.close()


async def test_a_forgotten_password_is_replaced_by_a_code(visit: NewVisitor, bazaar: BrowserMarket) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    visitor = await visit("phone")
    page = visitor.page
    await visitor.open("/signin?next=/account")
    await page.get_by_role("link", name="Забыли пароль?").click()
    # Both pages have a field of this name.
    await page.wait_for_url(re.compile("/reset"))
    await expect(page.get_by_label("Пароль", exact=True)).to_have_count(0)
    await page.get_by_label("Телефон или почта").fill(buyer.phone)
    await page.get_by_role("button", name="Получить код").click()
    await page.get_by_label("Код из сообщения").fill(await message_code(bazaar, buyer.phone))
    await page.get_by_label("Новый пароль").fill(PASSWORD)
    await check_page(visitor, "reset")
    await page.get_by_role("button", name="Сменить пароль").click()
    await expect(page.get_by_role("heading", name="Вход")).to_be_visible()
    await sign_in_by_clicks(page, buyer.phone)
    await expect(page.get_by_role("heading", name=buyer.name)).to_be_visible()
    await buyer.close()


async def test_the_phone_is_confirmed_in_the_settings(visit: NewVisitor, bazaar: BrowserMarket) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    visitor = await visit("phone")
    page = visitor.page
    await visitor.take_session(buyer.session)
    await prove_phone(visitor, buyer.phone)
    await visitor.open("/account/settings")
    await expect(page.get_by_role("main").get_by_text("Подтверждён", exact=True)).to_be_visible()
    await check_page(visitor, "settings-phone-proven")
    await buyer.close()


def languages(visitor: Visitor, now: str) -> Locator:
    """The choice of language in the settings, labelled in the language of now."""
    return visitor.page.get_by_role("main").get_by_label(LANGUAGE[now])


@sizes
async def test_the_language_changes_at_once_and_stays(visit: NewVisitor, size: str) -> None:
    visitor = await visit(size)
    page = visitor.page
    await visitor.open("/account/settings")
    await expect(page.get_by_role("heading", name=SETTINGS["ru"])).to_be_visible()
    russian = await page.get_by_role("main").inner_text()
    await page.evaluate("window.sameDocument = true")
    now = "ru"
    for language in ("ky", "en"):
        await languages(visitor, now).select_option(language)
        await expect(page.get_by_role("heading", name=SETTINGS[language])).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("lang", language)
        assert await page.evaluate("window.sameDocument") is True
        assert await page.get_by_role("main").inner_text() != russian
        await check_page(visitor, f"settings-{language}")
        await page.reload()
        await expect(page.get_by_role("heading", name=SETTINGS[language])).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("lang", language)
        await page.evaluate("window.sameDocument = true")
        now = language
    await visitor.open("/cart")
    await expect(page.get_by_role("heading", level=1)).not_to_have_text("Корзина")
    assert re.search("[А-Яа-я]", await page.get_by_role("main").inner_text()) is None


async def test_the_dark_look_is_kept(visit: NewVisitor) -> None:
    visitor = await visit("phone")
    page = visitor.page
    await visitor.open("/account/settings")
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.get_by_role("main").get_by_label("Оформление").select_option("dark")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    await page.reload()
    await page.get_by_role("heading", name="Настройки").wait_for()
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    await check_page(visitor, "settings-dark")


async def test_the_cart_of_a_guest_is_there_after_signing_in(visit: NewVisitor, bazaar: BrowserMarket) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    visitor = await visit("phone")
    page = visitor.page
    home = await buyer.get("/search", params={"buyable": "true", "limit": 20})
    product = next(p for p in home["items"] if len(p["variants"]) == 1 and p["variants"][0]["stock_qty"] > 3)
    await visitor.open(f"/p/{product['id']}")
    await page.get_by_role("main").get_by_role("button", name="Купить").click()
    await expect(page.get_by_text("Товар в корзине", exact=True)).to_be_visible()
    await visitor.open("/signin?next=/cart")
    await sign_in_by_clicks(page, buyer.phone, buyer.password)
    await expect(page.get_by_role("heading", name="Корзина")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("link", name=product["name"])).to_be_visible()

    async def kept() -> bool:
        return str(product["id"]) in str(await buyer.get("/cart"))

    await eventually(kept, what="the guest's cart is the account's")
    await buyer.close()


async def test_a_question_and_its_answer_are_in_the_account(
    visit: NewVisitor, bazaar: BrowserMarket, keeper: Shopkeeper
) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    goods = await keeper.new_goods("Казан на вопрос")
    visitor = await visit("phone")
    page = visitor.page
    await visitor.take_session(buyer.session)
    await visitor.open("/account/questions")
    await page.get_by_role("link", name="Подтвердить телефон").click()
    await prove_phone(visitor, buyer.phone)
    body = {"name": buyer.name, "phone": buyer.phone, "comment": "Есть ли крышка?"}
    asked = await buyer.post(f"/products/{goods['product_id']}/availability-requests", body, expect=201)
    await visitor.open("/account")
    await page.get_by_role("main").get_by_role("link", name="Мои вопросы").click()
    question = page.get_by_role("main").get_by_role("listitem").filter(has_text="Казан на вопрос")
    await expect(question).to_contain_text("Ждёт ответа")
    await expect(question).to_contain_text("Есть ли крышка?")
    await keeper.post(f"/availability-requests/{asked['id']}/answer", {"outcome": "in_stock"}, expect=200)
    await page.reload()
    await expect(question).to_contain_text("Товар есть")
    await check_page(visitor, "questions")
    await question.get_by_role("link", name="Казан на вопрос").click()
    await expect(page.get_by_role("heading", level=1, name="Казан на вопрос")).to_be_visible()
    await buyer.close()
