"""Words for people: every rule in a sentence and every paper by name, in English and Chinese.

A refusal's own sentence (`why`) is in the table that refuses; these say what the rule is about.
"""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """One text in both languages."""

    en: str
    zh: str


RULES: dict[str, Words] = {
    "P1": Words(
        "The social security number is the citizen number, one for life; nothing changes it.",
        "社会保障号码就是公民身份号码，终身不变，任何业务都不能更改。",
    ),
    "P2": Words(
        "A person has at most one usable card: the earlier one ends before the new one can be used.",
        "每人同时最多持有一张可用的社会保障卡，启用新卡前旧卡必须先终止。",
    ),
    "P3": Words(
        "An employer registers a new employee within 30 days of hiring; later is flagged.",
        "用人单位应自用工之日起30日内为职工办理社会保险登记，逾期予以标记。",
    ),
    "P4": Words(
        "Flexible workers who are not insured through an employer may register themselves.",
        "未通过单位参保的灵活就业人员可自愿自行办理社会保险登记。",
    ),
    "P5": Words(
        "On a change of workplace or city the account is transferred; the card stays valid.",
        "变动工作单位或城市时转移账户，社会保障卡继续有效，不得因此注销。",
    ),
    "P6": Words(
        "A closed account is opened again before a new card can be applied for.",
        "账户已封存的，须先重新开户，方可申领新卡。",
    ),
    "P7": Words(
        "An employer that has come to an end deregisters within 30 days; later is flagged.",
        "用人单位终止的，应在30日内办理社会保险注销登记，逾期予以标记。",
    ),
    "A1": Words(
        "A first application needs the identity document and its copy, the completed form and a photo.",
        "首次申领须提供有效身份证件及复印件、填妥的申领登记表和照片。",
    ),
    "A2": Words(
        "The institution checks the application; only an accepted one reaches production.",
        "经办机构审核申领材料，审核通过的才能进入制卡。",
    ),
    "A3": Words(
        "The card is collected in person where the application was accepted, with the original identity document.",
        "须本人持有效身份证件原件，到受理申领的网点领卡。",
    ),
    "A4": Words(
        "After a cancellation a new card may be applied for at any time, with the identity document.",
        "注销后可随时凭身份证件到服务窗口重新申领。",
    ),
    "A5": Words(
        "For an exchange the old card is handed in, besides the identity document; of the old medical insurance card "
        "also a one-inch photo that matches the document.",
        "换领须持身份证件并交回旧卡；换领旧医保卡的，另须提供与身份证照片一致的一寸彩色照片。",
    ),
    "A6": Words(
        "An agent brings both identity documents; the financial function cannot be activated by an agent.",
        "代办须提供双方身份证件；金融功能须本人激活，不得代办。",
    ),
    "A7": Words(
        "Cards are made in central batches, or at once where the outlet has a machine.",
        "社会保障卡集中批量制作，或在配有即时制卡设备的网点当场制作。",
    ),
    "A8": Words(
        "The card holds both applications and reads in every region.",
        "卡内同时装载社会保障应用和金融应用，全国通用。",
    ),
    "A9": Words(
        "The financial application is debit and renminbi only: no credit, no overdraft, no other currency.",
        "金融应用仅限人民币借记，不得透支、授信或使用外币。",
    ),
    "A10": Words(
        "Cards are issued with contact chip, dual interface, or chip and hidden stripe.",
        "卡介质包括接触式芯片、双界面和芯片加隐性磁条复合卡。",
    ),
    "V1": Words(
        "The card is activated at an outlet of its bank, with the card and the original identity document.",
        "持卡和身份证件原件，到发卡银行网点激活。",
    ),
    "V2": Words(
        "The first registration with the card at a designated hospital activates the social security function.",
        "在定点医院首次持卡挂号或住院登记时，社会保障功能直接激活。",
    ),
    "V3": Words(
        "At a designated pharmacy the old medical insurance card goes in first, then the new card.",
        "在定点药店激活时，先插旧医保卡，再插新卡。",
    ),
    "V4": Words(
        "A card that is not activated, or is lost, cancelled or expired, cannot settle.",
        "未激活、已挂失、已注销或已过期的卡不能结算。",
    ),
    "L1": Words(
        "From the loss report on, the card is refused wherever the office is asked.",
        "自挂失起，凡联机核验之处一律拒绝该卡。",
    ),
    "L2": Words(
        "A loss report by telephone lapses after its term unless it is made formal; a formal one does not lapse.",
        "电话挂失为临时挂失，逾期未办理正式挂失的自动失效；正式挂失不会自动失效。",
    ),
    "L3": Words(
        "The social security side and the bank side are reported separately.",
        "社会保障账户和金融账户须分别挂失。",
    ),
    "L4": Words(
        "A replacement for loss, theft or damage is applied for with the identity card; a damaged card is handed in.",
        "卡遗失、被盗或损坏的，凭身份证或户口簿申请补换，损坏的卡须交回。",
    ),
    "L5": Words(
        "The new card has new numbers; the social security number, balance and history stay, and no money is lost.",
        "新卡更换卡号、识别码和银行卡号，社会保障号码、余额和缴费记录不变，资金不会丢失。",
    ),
    "L6": Words(
        "Medical costs the person paid while the card was lost or damaged are reimbursed once, after examination.",
        "卡遗失或损坏期间本人垫付的医疗费用，经审核报销一次。",
    ),
    "L7": Words(
        "A temporary medical card is given on three grounds only, for a limited time; at most one medium settles.",
        "临时医疗卡仅在三种情形下发放，并有使用期限；同一时间只有一种介质可以结算。",
    ),
    "L8": Words(
        "A card that is found before its replacement is applied for: its holder has the report released.",
        "申请补卡之前找回卡片的，由本人办理解除挂失（解挂），卡片恢复原状。",
    ),
    "C1": Words(
        "A card is cancelled only because the basic medical insurance in this city has ended.",
        "仅在本市综合基本医疗保险终止时方可注销社会保障卡。",
    ),
    "C2": Words(
        "First the bureau's notice, then the bank takes notice and card, then the account is cancelled; each step asks "
        "again whether the ground still holds.",
        "先由市局审核并打印销户通知单，再由银行收回通知单和卡，最后注销医疗账户；每一步都重新核对注销理由。",
    ),
    "C3": Words(
        "Ten working days after the bank's approval the balance and interest are paid out.",
        "银行核准十个工作日后，余额及利息划入卡的金融账户。",
    ),
    "C4": Words(
        "After a cancellation a new card may be applied for.",
        "注销后可以重新申领。",
    ),
    "C5": Words(
        "From the bank's approval the balance is reserved for its payout; the account that receives it stays open.",
        "自银行核准起，余额专门留存待付；收款的金融账户在本人销户之前一直可用。",
    ),
    "U1": Words(
        "Treatment is settled from the personal medical account, as far as its balance goes.",
        "就医购药可用个人医疗账户结算，以余额为限。",
    ),
    "U2": Words(
        "Pension matters need the card, active; a pension is claimed at the statutory retirement age.",
        "办理养老保险事务须持已激活的卡；达到法定退休年龄方可申领养老金。",
    ),
    "U3": Words(
        "Registering a job or unemployment, unemployment benefit and training need the card, active.",
        "就业失业登记、失业保险金和就业培训须持已激活的卡。",
    ),
    "U4": Words(
        "Assessment of working capacity and work-injury benefit need the card, active.",
        "劳动能力鉴定和工伤待遇须持已激活的卡。",
    ),
    "U5": Words(
        "Online, the card is the key to the enquiry and handling system.",
        "社会保障卡是网上查询和办事的凭证。",
    ),
    "U6": Words(
        "Cash, transfers, purchases and balance enquiry need the financial function, active.",
        "存取现金、转账、消费和余额查询须金融功能已激活。",
    ),
    "U7": Words(
        "Each use changes what it is about; the card is brought up to date when it is there, and is never ahead.",
        "每次办理都更新相应记录；卡在场时同步到卡内，卡内信息不超前于记录。",
    ),
    "D1": Words(
        "Face and chip carry name, sex and citizen number.",
        "卡面和芯片载有姓名、性别和公民身份号码。",
    ),
    "D2": Words(
        "The chip also carries status, contributions, accounts, qualifications and work history.",
        "芯片另载有个人状态、缴费、账户、职业资格和工作经历等信息。",
    ),
    "D3": Words(
        "Chip, stripe and face of a card never contradict each other.",
        "芯片、磁条和卡面信息必须一致。",
    ),
    "G1": Words(
        "A scenario names its region and who is responsible there.",
        "须注明所属地区及其主管部门。",
    ),
    "G2": Words(
        "A region publishes its rules in five parts.",
        "各地区须从五个方面公布本地的用卡规定。",
    ),
}
"""What each rule says, for reports; the identifiers are those of docs/rules.md."""

PAPER_NAMES: dict[str, Words] = {
    "identity": Words("original identity document", "有效身份证件原件"),
    "identity_copy": Words("copy of the identity document", "身份证件复印件"),
    "form": Words("completed registration form", "填妥的申领登记表"),
    "photo": Words("photo", "照片"),
    "household_register": Words("household register", "户口簿"),
    "agent_identity": Words("identity document of the agent", "代办人身份证件"),
    "card": Words("the social security card", "社会保障卡"),
    "old_card": Words("the old medical insurance card", "旧医保卡"),
    "matching_photo": Words("one-inch colour photo that matches the identity card", "与身份证一致的一寸彩色照片"),
    "notice": Words("cancellation notice", "销户通知单"),
    "receipts": Words("receipts of the medical costs", "医疗费用票据"),
    "approval": Words("approval of the competent department", "主管部门批准文件"),
    "employment_contract": Words("employment contract", "劳动合同"),
    "licence": Words("business licence or its revocation", "营业执照或吊销证明"),
    "collection_slip": Words("collection slip", "领卡证明"),
    "temporary_card": Words("the temporary medical card", "临时医疗卡"),
    "urgency_note": Words("doctor's statement that treatment cannot wait", "急诊证明"),
    "insured_elsewhere": Words("certificate of insurance in another city", "异地参保凭证"),
    "emigration": Words("proof of settling abroad", "出境定居证明"),
    "death_certificate": Words("death certificate", "死亡证明"),
    "heir_identity": Words("identity document of the heir", "继承人身份证件"),
    "kinship": Words("proof of kinship, or the will", "亲属关系证明或遗嘱"),
    "end_of_employer": Words("document that shows how the employer ended", "单位终止的证明文件"),
    "holders_card": Words(
        "the holder's own card (this one is somebody else's)", "本人的社会保障卡（出示的是他人的卡）"
    ),
}
"""Names of papers, by the value of `Paper`."""
